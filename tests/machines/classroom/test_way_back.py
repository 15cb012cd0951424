"""A server is lost: the timer's archive makes a freshly set-up one the same classroom, with one command.

The last tests here, for the classroom's state is wiped: set-up then finds what a new server has.
"""

from __future__ import annotations

import json
import shlex

import pytest
from canaries import GIVEN
from machines.classroom.house import OPEN, PREFIX, SEATS, WORKSHOP, Classroom
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

AWAY = "/srv/archive"
ARCHIVES = {
    "hub_service_archive_on_calendar": "*-*-* 22:00",
    "hub_service_archive_keep": 2,
    "hub_service_archive_folder": AWAY,
}
ACCOUNTS = {
    "hub_service_authenticator": "generic-oauth",
    "hub_service_authenticator_settings": GIVEN["hub_service_authenticator_settings"]
    | {"client_id": "classroom", "login_service": "the university"},
}
WIPE = f"""systemctl stop workshop-hub workshop-proxy 'classroom-seat@*'
{WORKSHOP} classroom delete --with-seats --without-archive --yes
rm -r {PREFIX}/hub/private {PREFIX}/hub/state {PREFIX}/hub/cards"""
WORK = "open('mine.txt', 'w').write('an evening of work')"
SHOWN = f"openssl x509 -noout -fingerprint -sha256 -in {PREFIX}/hub/private/certificate.pem"
CLOSED = (
    "169.254.0.0/16",
    "fe80::/10",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "192.0.0.192/32",
    "fd00:ec2::/32",
)
"""Some of what a seat's unit closes; that the kernel keeps to it, this container cannot show."""

LARGE = """
import ssl, sys, urllib.error, urllib.request
request = urllib.request.Request(sys.argv[1], bytes(40_000_000))
try:
    print(urllib.request.urlopen(request, timeout=60, context=ssl._create_unverified_context()).status)
except urllib.error.HTTPError as error:
    print(error.code)
except OSError:
    print("closed")
"""


def archived(room: Classroom) -> list[str]:
    """Return the names of the finished archives, the oldest first."""
    return room.bed.root(f"ls {AWAY}").split()


def test_a_timer_archives_the_class_and_keeps_as_many_as_it_is_told(room: Classroom) -> None:
    done = room.set_up(**OPEN, **ARCHIVES, **ACCOUNTS)
    assert done.status == 0, done.text
    room.bed.root(f"rm -f {PREFIX}/hub/cards/*")
    assert len(room.hub("seats", str(SEATS), "--anew")["new"]) == SEATS
    assert room.bed.root("systemctl is-enabled classroom-archive.timer").strip() == "enabled"
    wait_until(lambda: room.browse("page", "/hub/login", jar="door")["status"] == 200, 60, "the door opens")
    assert "Log in with the university" in room.browse("page", "/hub/login", jar="door")["page"]
    settings = f"{PREFIX}/hub/authenticator.json {PREFIX}/hub/private/authenticator.json"
    assert room.bed.root(f"stat -c '%U %G %a' {settings}").split("\n")[:2] == [
        "root root 600",
        "root workshop 640",
    ]
    came = room.browse("login", "1", room.cards()["1"], jar="evening")
    assert came["path"].startswith("/user/seat-001/"), came
    assert not room.browse("run", WORK, jar="evening")["error"]
    for _ in range(3):
        room.bed.root("systemctl start classroom-archive.service")
    names = archived(room)
    assert len(names) == 2, names
    newest = f"{AWAY}/{names[-1]}"
    assert room.bed.root(f"stat -c '%U %a' {AWAY} {newest} {newest}/key").split("\n")[:3] == [
        "root 700", "root 700", "root 600",
    ]  # fmt: skip
    manifest = json.loads(room.bed.root(f"cat {newest}/manifest.json"))
    assert sorted(manifest["seats"]) == [f"{each:03d}" for each in range(1, SEATS + 1)]
    # Hub and proxy are held to what they may take.
    for name in ("workshop-hub", "workshop-proxy"):
        shown = room.bed.root(f"systemctl show --property=MemoryMax --property=TasksMax {name}")
        assert "infinity" not in shown, shown


def test_a_large_body_does_not_get_through_the_door(room: Classroom) -> None:
    python = f"{PREFIX}/venvs/hub/bin/python"
    said = room.bed.run(shlex.join([python, "-c", LARGE, f"{room.address}/hub/login"]), "root")
    assert said.text.strip() in ("400", "413", "503", "closed"), said.text
    assert room.browse("page", "/hub/login", jar="door")["status"] == 200


def test_the_hubs_account_starts_nothing_but_seats(room: Classroom) -> None:
    for unit in ("classroom-seat@001.service", "classroom-seat@777.service", "other.service"):
        run = f"runuser --user workshop -- systemd-run --no-ask-password --wait --unit={unit} id"
        assert room.bed.run(run, "root").status != 0, unit


def test_on_a_new_server_one_command_brings_back_cards_browsers_and_notebooks(room: Classroom) -> None:
    cards, certificate = room.cards(), room.bed.root(SHOWN)
    newest = f"{AWAY}/{archived(room)[-1]}"
    room.bed.root(WIPE)
    assert room.bed.run("id seat-001", "root").status != 0
    done = room.set_up(**OPEN, **ARCHIVES, **ACCOUNTS)
    assert done.status == 0, done.text
    fresh = room.cards()
    assert fresh["1"] != cards["1"]
    assert room.bed.root(SHOWN) != certificate

    back = room.hub("restore", newest)
    assert (back.get("failed"), len(back.get("codes", []))) == ({}, SEATS), back
    assert room.bed.root(SHOWN) == certificate, "the cards have its fingerprint"
    wait_until(lambda: room.browse("page", "/hub/login", jar="door")["status"] == 200, 60, "the door opens")
    # The browser that had the seat has it; another one with the same card does not.
    assert "another browser" in room.browse("login", "1", cards["1"], jar="stranger")["said"]
    assert "wrong" in room.browse("login", "1", fresh["1"], jar="stranger")["said"]
    came = room.browse("login", "1", cards["1"], jar="evening")
    assert came["path"].startswith("/user/seat-001/"), came
    read = room.browse("run", "print(open('mine.txt').read())", jar="evening")
    assert read["text"].strip() == "an evening of work", read
    assert room.bed.root("stat -c %U /home/seat-001/notebooks/mine.txt").strip() == "seat-001"
    came = room.browse("login", "2", cards["2"], jar="second")
    assert came["path"].startswith("/user/seat-002/"), came
    # A second time there is nothing to do, and what was written since stays.
    assert not room.browse("run", "open('mine.txt', 'a').write(' and a day')", jar="evening")["error"]
    again = room.hub("restore", newest)
    assert (again["failed"], again["codes"]) == ({}, []), again
    assert "and a day" in room.bed.root("cat /home/seat-001/notebooks/mine.txt")


def test_a_damaged_archive_is_one_line_and_changes_nothing(room: Classroom) -> None:
    newest = f"{AWAY}/{archived(room)[-1]}"
    before = room.bed.root(f"sha256sum {PREFIX}/hub/private/*")
    file = f"{newest}/workshop-seat-002.zip"
    room.bed.root(f"printf x | dd of={file} bs=1 seek=100 conv=notrunc status=none")
    said = room.bed.run(f"{WORKSHOP} classroom restore {newest}", "root")
    assert said.status == 1
    assert "damaged" in said.text
    assert len(said.text.strip().splitlines()) == 1, said.text
    assert room.hub("restore", newest, "9")["error"]
    assert room.bed.root(f"sha256sum {PREFIX}/hub/private/*") == before


def test_no_seats_unit_reaches_the_metadata_of_a_cloud(room: Classroom) -> None:
    closed = room.bed.root("systemctl show --property=IPAddressDeny --value classroom-seat@001").split()
    assert set(CLOSED) <= set(closed), closed
