"""From a bare machine to a class at work: log-in by a card, isolation, faults, the organiser's commands."""

from __future__ import annotations

import json
import re
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from machines.classroom.house import NAME, OPEN, PREFIX, SEATS, TOOLS, WORKSHOP, Classroom
from machines.sync.updating import changed
from required import lacking
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

HOME = "/home/seat-001/notebooks"
FILL = "fallocate --length $(($(df --output=avail -B1 /home | tail -1) * 93 / 100)) /home/filler"
RULES = "/etc/polkit-1/rules.d/50-classroom.rules"


def attack(room: Classroom, jar: str, victim: str, tool: str = "attacker.py") -> dict[str, dict[str, object]]:
    """Let a browser's seat try everything it can think of against another one."""
    code = Path(__file__).with_name(tool).read_text(encoding="utf-8")
    given = {"VICTIM": victim, "PREFIX": PREFIX, "DOOR": room.address.rpartition(":")[2]}
    ran = room.browse("run", f"import os\nos.environ.update({given!r})\n{code}", jar=jar)
    assert not ran["error"], ran
    found: dict[str, dict[str, object]] = json.loads(ran["text"].strip().splitlines()[-1])
    return found


def test_a_second_run_changes_nothing(room: Classroom) -> None:
    again = room.set_up()
    assert again.status == 0, again.text
    assert changed(again) == 0, again.text


def test_a_card_opens_a_seat_whose_kernel_calculates(room: Classroom) -> None:
    cards = room.cards()
    assert sorted(cards) == ["1", "2", "3"]
    came = room.browse("login", "1", cards["1"])
    assert came["path"].startswith("/user/seat-001/"), came
    assert room.browse("run", "1+1")["result"] == "2"
    where = room.browse("run", "import os; print(os.getcwd(), len(os.listdir()) > 3)")
    assert where["text"].split() == ["/home/seat-001/notebooks", "True"]


def test_codes_are_on_the_cards_alone(room: Classroom) -> None:
    listed = room.bed.root(f"cat {PREFIX}/hub/private/seats.json {PREFIX}/hub/state/*")
    for code in room.cards().values():
        assert code.replace("-", "") not in listed
    assert room.bed.root(f"stat -c %a {PREFIX}/hub/cards {PREFIX}/hub/cards/*").split() == [
        "700",
        "600",
        "600",
    ]


def test_a_seat_is_its_first_browsers_until_it_is_freed(room: Classroom) -> None:
    code = room.cards()["3"]
    room.browse("login", "3", code, jar="third")
    assert room.browse("run", "1+1", jar="third")["result"] == "2"
    refused = room.browse("login", "3", code, jar="thief")
    assert "another browser" in refused["said"], refused
    freed = room.hub("release", "3")
    assert (freed["was_taken"], freed["stopped"]) == (True, True)
    assert room.browse("run", "1+1", jar="third")["error"]
    came = room.browse("login", "3", code, jar="new")
    assert came["path"].startswith("/user/seat-003/"), came
    assert room.browse("run", "1+1", jar="new")["result"] == "2"
    assert "error" in room.browse("run", "1+1", jar="third")


def test_from_inside_a_kernel_nothing_of_another_seat_can_be_had(room: Classroom) -> None:
    room.browse("login", "2", room.cards()["2"], jar="victim")
    hide = (
        "open('secret.txt', 'w').write('mine'); open('/tmp/mine', 'w').write('x'); open('/dev/shm/mine', 'w')"
    )
    assert not room.browse("run", hide, jar="victim")["error"]
    # What kernels publish goes over files. (The TCP port of an ipykernel takes in what its children print.)
    own = """import glob, json
print({json.load(open(file))["transport"] for file in glob.glob("/tmp/jupyter/kernel-*.json")})"""
    assert room.browse("run", own, jar="victim")["text"].strip() == "{'ipc'}"
    found = attack(room, "first", "seat-002")
    assert found["me"] == "seat-001"  # type: ignore[comparison-overlap]
    assert {name: value for name, value in found["got"].items() if value} == {}
    assert room.browse("run", "print(open('secret.txt').read())", jar="victim")["text"].strip() == "mine"


def test_ways_around_lead_nowhere_either(room: Classroom) -> None:
    # The one by ssh is one, for accounts that can log in.
    room.bed.root("systemctl start ssh && ssh-keyscan -t ed25519 127.0.0.1 | grep ed25519")
    found = attack(room, "first", "seat-002", "tries.py")
    assert len(found["got"]) > 20
    assert {name: value for name, value in found["got"].items() if value} == {}
    # Nor from outside of the unit, whatever gets there.
    linger = "runuser --user seat-001 -- loginctl --no-ask-password enable-linger seat-001"
    assert room.bed.run(linger, "root").status != 0
    assert room.bed.run("ls /var/lib/systemd/linger | grep seat", "root").status != 0
    assert room.bed.run("systemctl start user@$(id --user seat-001)", "root").status != 0
    assert room.browse("run", "1+1", jar="victim")["result"] == "2"


def test_the_start_page_of_a_seat_and_all_that_it_leads_to(room: Classroom) -> None:
    came = room.browse("login", "1", room.cards()["1"])
    assert came["path"] == "/user/seat-001/workshop/", came
    site = "/user/seat-001/workshop/"
    files = {site + name[2:] for name in room.bed.root(f"cd {PREFIX}/web && find . -type f").split()}
    config = room.browse("page", f"{site}config.js")["page"]
    assert '"jupyter": "/user/seat-001"' in config
    named = re.findall(r'"name": "([a-z0-9-]+)"', config)
    pages = {f"{site}{kind}/{name}/index.html" for name in named for kind in ("demos", "slides")} & files
    assert f"{site}demos/digits/index.html" in pages
    assert f"{site}demos/bubble-breaker/index.html" in pages
    assert [page for page in pages if page.startswith(f"{site}slides/")]
    python = f"{PREFIX}/venvs/hub/bin/python"
    words = [python, f"{TOOLS}/crawl.py", f"{TOOLS}/first.jar", f"{site}index.html", *sorted(pages)]
    for path, found in json.loads(room.bed.root(shlex.join(words))).items():
        # Libraries and data that this machine never fetched are not there; the pages say so.
        assert found["status"] == (200 if path in files else 404), (path, found)
        assert found["outside"] == [], (path, found)


def test_a_seat_has_a_tensorboard_of_its_own(room: Classroom) -> None:
    write = """from workshop.teach.events import Log
from workshop.teach.tensorboard import Frame, new_run
with Log(new_run("mine")) as log: log.scalar("loss", 0.5, 1)
print(Frame("scalars", "", 100).address)"""
    ran = room.browse("run", write)
    assert ran["text"].strip() == "/user/seat-001/tensorboard/#scalars", ran
    # Its folder of temporary files is its own, and nobody else's /tmp.
    main = room.bed.root("systemctl show --property=MainPID --value classroom-seat@001").strip()
    assert not room.bed.root(f"ls /proc/{main}/root/tmp/jupyter").count("tensorboard.sock")
    found = room.browse("page", "/user/seat-001/tensorboard/data/runs")
    assert (found["status"], json.loads(found["page"])) == (200, ["mine-1"]), found
    # By its socket alone, which no other seat can reach.
    assert room.bed.root(f"stat -c %a /proc/{main}/root/tmp/jupyter/tensorboard.sock").strip() == "700"
    listens = room.bed.root("ss --listening --tcp --numeric --processes || true")
    assert "tensorboard" not in listens
    assert room.browse("page", "/user/seat-001/tensorboard/", jar="victim")["status"] == 403


def test_a_folder_goes_home_and_comes_back(room: Classroom) -> None:
    lesson = "1-mnist/10-mlp.ipynb" if not room.bed.run(f"test -e {HOME}/1-mnist/10-mlp.ipynb").status else ""
    lesson = lesson or room.bed.root(f"cd {HOME} && find . -name '*.ipynb' | sort | head -1").strip()[2:]
    edit = f"""import nbformat
book = nbformat.read({lesson!r}, 4)
book.cells[0].source += " from the seat"
nbformat.write(book, {lesson!r})"""
    assert not room.browse("run", edit)["error"]
    saved = room.browse("save", "/user/seat-001/workshop/home/workshop-seat-001.zip", f"{TOOLS}/taken.zip")
    assert saved["status"] == 200, saved
    # A machine of their own, which has the same notebooks and an edit in the last cell.
    sync = f"{WORKSHOP} sync --into {TOOLS}/home --state {TOOLS}/home-state --json"
    room.bed.root(f"{sync} --from /srv/workshop --allow-unsigned")
    room.bed.root(
        f"""{PREFIX}/venvs/hub/bin/python -c '
import nbformat
book = nbformat.read("{TOOLS}/home/{lesson}", 4)
book.cells[-1].source += " at home"
nbformat.write(book, "{TOOLS}/home/{lesson}")'"""
    )
    report = json.loads(room.bed.root(f"{sync} --from {TOOLS}/taken.zip"))
    assert [(each["path"], each["action"]) for each in report["files"]] == [(lesson, "merged")], report
    merged = room.bed.root(f"cat {TOOLS}/home/{lesson}")
    assert "from the seat" in merged
    assert "at home" in merged
    # And back to the seat.
    room.bed.root(f"{sync} --pack {TOOLS}/back.zip")
    sent = room.browse("send", "/user/seat-001/workshop/home", f"{TOOLS}/back.zip")
    assert sent["status"] == 200, sent
    assert "Merged" in sent["page"], sent
    assert "at home" in room.bed.root(f"cat {HOME}/{lesson}")


def test_a_sync_in_a_seat_is_told_what_is_open_there(room: Classroom) -> None:
    """A server that does not let it ask would hold all notebooks back."""
    ask = """from workshop.core.servers import runtime_folders
from workshop.sync.request import servers, sessions
print([sessions(each) for each in servers(runtime_folders())])"""
    assert room.browse("run", ask)["text"].strip() == "[[]]", "one server, with no notebook open"


def test_the_speaker_sees_seats_and_is_heard_on_them(room: Classroom) -> None:
    made = room.hub("speaker-code")
    view = made["address"]
    assert view == "http://127.0.0.1:8444/"

    def asks(path: str, words: object = None) -> dict[str, Any]:
        given = [json.dumps(words)] if words else []
        found: dict[str, Any] = room.browse(
            "speaker", made["code"], path, *given, address=view, jar="speaker"
        )
        assert found["status"] == 200, found
        return dict(found["said"])

    asks("act", {"what": "say", "text": "Lunch at one"})
    wait_until(
        lambda: "Lunch at one" in room.browse("page", "/user/seat-001/workshop/api/message")["page"],
        120,
        "the seat hears it",
    )
    seen = asks("state")
    seats = {each["seat"]: each for each in seen["seats"]}
    assert (seats[1]["taken"], seats[1]["state"]) == (True, "ready")
    assert seen["message"] == "Lunch at one"
    before = room.bed.root("systemctl show --property=MainPID --value classroom-seat@001")
    asks("act", {"what": "restart", "seat": 1})
    assert room.bed.root("systemctl show --property=MainPID --value classroom-seat@001") != before
    wait_until(lambda: room.browse("run", "1+1").get("result") == "2", 60, "the seat works again")


def test_no_seat_listens_on_anothers_port(room: Classroom) -> None:
    bites = attack(room, "first", "seat-002")["bites"]
    # Those of hub and door are in use here: who listens on them too would be the second.
    bites |= attack(room, "first", "seat-002", "tries.py")["bites"]
    if any(bites.values()):
        lacking(f"this machine's kernel does not let systemd filter ports (SocketBindDeny): {bites}")


def test_a_kernel_that_runs_out_of_memory_dies_alone(room: Classroom) -> None:
    checks = {each["name"]: each for each in room.hub("doctor")["checks"]}
    if not checks["limits"]["good"]:
        lacking("this machine has no memory controller, so no limit bites")
    before = room.bed.root("systemctl show --property=MainPID --value classroom-seat@001")
    room.browse("run", "1+1", jar="victim")
    ran = room.browse("run", "held = [bytearray(b'x' * 2**20) for _ in range(8000)]")
    assert ran["error"] == "the kernel died", ran
    # The notebook says why: what the seat may have is less than what the machine has.
    assert "emory ran out" in ran["text"], ran
    assert room.bed.root("systemctl show --property=MainPID --value classroom-seat@001") == before
    assert room.browse("run", "1+1")["result"] == "2"


def test_a_hub_or_a_proxy_that_is_killed_takes_nobody_down(room: Classroom) -> None:
    before = room.bed.root("systemctl show --property=MainPID --value classroom-seat@001")
    for name in ("workshop-hub", "workshop-proxy"):
        room.bed.root(f"systemctl kill --signal=KILL {name}")
        wait_until(lambda: not room.browse("run", "1+1").get("error"), 60, f"the seat answers after {name}")
    assert room.browse("run", "1+1")["result"] == "2"
    assert room.bed.root("systemctl show --property=MainPID --value classroom-seat@001") == before


def is_green(room: Classroom, name: str) -> bool:
    """Tell what the doctor thinks of one thing."""
    return any(each["name"] == name and each["good"] for each in room.hub("doctor")["checks"])


def test_the_doctor_sees_what_is_right_and_what_is_not(room: Classroom) -> None:
    room.hub("warm")
    checks = {each["name"]: each for each in room.hub("doctor")["checks"]}
    for name in ("hub", "door", "speaker", "certificate", "seats", "units", "firewall", "warm"):
        assert checks[name]["good"], checks[name]
    faults = {
        "disk": (FILL, "rm /home/filler", "make room"),
        "seats": (
            "mv /run/classroom/002.env /run/classroom/x",
            "mv /run/classroom/x /run/classroom/002.env",
            "002",
        ),
        "units": (
            f"mv {RULES} {RULES}.off && systemctl restart polkit",
            f"mv {RULES}.off {RULES}",
            "polkit",
        ),
        "warm": ("systemctl stop classroom-seat@002", f"{WORKSHOP} classroom warm", "classroom warm"),
        "door": ("systemctl stop workshop-proxy", "systemctl start workshop-proxy", "workshop-proxy"),
        "hub": ("systemctl stop workshop-hub", "systemctl start workshop-hub", "workshop-hub"),
    }
    for name, (fault, mend, word) in faults.items():
        room.bed.root(fault)
        checks = {each["name"]: each for each in room.hub("doctor")["checks"]}
        room.bed.root(mend)
        assert not checks[name]["good"], name
        assert word in checks[name]["says"], checks[name]
        wait_until(partial(is_green, room, name), 60, f"{name} is green again")


def test_all_seats_are_warmed(room: Classroom) -> None:
    room.bed.root("systemctl stop 'classroom-seat@*'")
    wait_until(lambda: room.hub("warm").get("failed") == {}, 120, "all seats are warm")
    assert sorted(room.hub("warm")["ready"]) == [f"{each:03d}" for each in range(1, SEATS + 1)]
    active = room.bed.root("systemctl list-units --plain --no-legend --state=active 'classroom-seat@*'")
    assert len(active.strip().splitlines()) == SEATS


def test_an_open_door_speaks_tls_and_nothing_else(room: Classroom) -> None:
    refused = room.set_up(hub_service_bind_address="0.0.0.0")
    assert refused.status != 0
    assert "hub_service_name" in refused.text
    opened = room.set_up(**OPEN)
    assert opened.status == 0, opened.text
    address = "https://127.0.0.1:8443"
    wait_until(
        lambda: room.browse("page", "/hub/login", address=address)["status"] == 200, 60, "the door opens"
    )
    assert room.bed.run("curl --silent --max-time 5 http://127.0.0.1:8443/hub/login", "root").status != 0
    new = room.hub("seats", str(SEATS + 1))
    assert new["new"] == [f"{SEATS + 1:03d}"]
    page = room.bed.root(f"cat {new['files'][1]}")
    assert f"https://{NAME}:8443" in page
    shown = room.bed.root(
        f"openssl x509 -noout -fingerprint -sha256 -in {PREFIX}/hub/private/certificate.pem"
        " | cut -d= -f2 | tr -d :"
    ).strip()
    assert shown in "".join(re.findall(r"[0-9A-F]{4}(?= |<)", page))
    came = room.browse("login", "1", room.cards()["1"], address=address)
    assert came["path"].startswith("/user/seat-001/"), came
    assert room.browse("run", "1+1", address=address)["result"] == "2"


def test_a_certificate_that_is_replaced_takes_nobody_down(room: Classroom) -> None:
    address, private = "https://127.0.0.1:8443", f"{PREFIX}/hub/private"

    def shown() -> str:
        """Return what identifies the certificate that the door shows."""
        ask = "openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null"
        return room.bed.run(f"{ask} | openssl x509 -noout -fingerprint -sha256", "root").text

    before = shown()
    seat = room.bed.root("systemctl show --property=MainPID --value classroom-seat@001")
    # As whoever gets a new one does: the command of set-up, then a proxy that has it.
    room.bed.root(f"rm {private}/certificate*.pem && {WORKSHOP} classroom prepare")
    room.bed.root("systemctl try-restart workshop-proxy")
    wait_until(lambda: not room.browse("run", "1+1", address=address).get("error"), 60, "the seat answers")
    assert "Fingerprint" in before
    assert shown() != before
    assert room.bed.root("systemctl show --property=MainPID --value classroom-seat@001") == seat


def test_homes_are_archived_and_deleted_whatever_was_left_in_them(room: Classroom) -> None:
    left = """import os, pathlib
os.symlink('/etc/passwd', 'link'); os.symlink('/opt/workshop/hub', '/home/seat-001/hub')
os.makedirs('locked/-rf *'); pathlib.Path('locked/x').write_text('x'); os.chmod('locked', 0)"""
    assert not room.browse("run", left, address="https://127.0.0.1:8443")["error"]
    before = room.bed.root("cat /etc/passwd")
    done = room.hub("archive")
    assert done["failed"] == {}, done
    assert len(done["archived"]) == SEATS + 1
    file = done["archived"]["001"]["file"]
    assert room.bed.root(f"stat -c '%U %a' {file}").split() == ["root", "600"]
    names = room.bed.root(f"{PREFIX}/venvs/hub/bin/python -m zipfile --list {file}")
    assert "workshop-folder.json" in names
    assert "passwd" not in names
    refused = room.bed.run(f"{WORKSHOP} classroom delete </dev/null", "root")
    assert refused.status != 0
    assert "--yes" in refused.text
    asked = room.bed.at_a_terminal(f"{WORKSHOP} classroom delete 2", {"Type 1 to delete": "no"})
    assert "nothing was deleted" in asked.text, asked.text
    assert room.bed.root("ls /home/seat-002/notebooks").strip()
    deleted = room.hub("delete", "--yes")
    assert deleted["deleted"] == ["001", "002", "003", "004"]
    assert deleted["archive"] != done["folder"], "the last moment is in an archive of its own"
    assert len(room.bed.root(f"ls {deleted['archive']}/*.zip").split()) == SEATS + 1
    assert room.bed.root("find /home/seat-* -mindepth 1").strip() == ""
    assert room.bed.root("cat /etc/passwd") == before
    assert room.bed.root(f"ls {PREFIX}/hub/private/key")
    # The next class: new notebooks on the seats that there are.
    assert room.hub("seats", str(SEATS + 1))["new"] == []
    code, address = room.cards()["1"], "https://127.0.0.1:8443"

    def works() -> bool:
        room.browse("login", "1", code, address=address)
        return bool(room.browse("run", "1+1", address=address).get("result") == "2")

    wait_until(works, 120, "the seat works again")
    gone = room.hub("delete", "4", "--with-seats", "--yes")
    assert gone["deleted"] == ["004"], gone
    assert room.bed.run("id seat-004 || ls -d /home/seat-004", "root").status != 0
