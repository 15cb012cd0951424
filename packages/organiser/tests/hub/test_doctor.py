"""The doctor, in red and green, on a machine that is made up."""

from __future__ import annotations

import http.server
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from organiser.hub import doctor as doctor_module
from organiser.hub.certificates import Certificate, self_made
from organiser.hub.doctor import Doctor
from organiser.hub.plan import Figures
from organiser.hub.seats import Seats
from organiser.hub.settings import HubSettings

KEY = bytes(range(32))
SWAPS = "Filename Type Size Used Priority\n"
FIGURES = Figures(base=1024, server=100, kernel=412)


@dataclass
class Machine:
    """What commands say on it: the first words that fit decide."""

    folder: Path
    says: dict[str, tuple[int, str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        line = " ".join(words)
        status, text = next((said for sign, said in self.says.items() if sign in line), (0, ""))
        return subprocess.CompletedProcess(words, status, text, text)

    def doctor(self, **settings: object) -> Doctor:
        hub = HubSettings(self.folder, "workshop", "https://class.example.org:8443", **settings)  # type: ignore[arg-type]
        places = (self.folder / name for name in ("meminfo", "controllers", "swaps"))
        return Doctor(hub, FIGURES, self.run, self.find, *places)

    def find(self, name: str, port: int) -> object:
        if name not in self.names:
            raise OSError("Name or service not known")
        return [name, port]

    def remember(self, gib: float) -> None:
        (self.folder / "meminfo").write_text(f"MemTotal:       {int(gib * 2**20)} kB\nMemFree: 1 kB\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    private = tmp_path / "hub/private"
    private.mkdir(parents=True)
    (private / "key").write_text(KEY.hex())
    seats = Seats(KEY, {})
    for number in ("001", "002"):
        seats.add(number)
    seats.save(private / "seats.json", private.stat().st_gid)
    monkeypatch.setattr(doctor_module, "RUN", tmp_path)
    for number in ("001", "002"):
        (tmp_path / f"{number}.env").touch()
    (tmp_path / "controllers").write_text("cpu memory pids\n")
    (tmp_path / "swaps").write_text(SWAPS)
    made.remember(8)
    made.says = {
        "--container": (1, ""),
        "timedatectl": (0, "yes\n"),
        "stop classroom-nothing": (1, "Access denied"),
        "list-units": (0, "classroom-seat@001.service loaded\nclassroom-seat@002.service loaded\n"),
    }
    return made


def test_a_clock_that_nobody_keeps_right_is_red(machine: Machine) -> None:
    assert machine.doctor().clock() == (True, "synchronised")
    machine.says = {"NTPSynchronized": (0, "no\n"), **machine.says}
    good, says = machine.doctor().clock()
    assert not good
    assert "set-ntp" in says


def test_seats_that_lack_something_are_named(machine: Machine) -> None:
    assert machine.doctor().seats() == (True, "2 of them")
    (machine.folder / "002.env").unlink()
    good, says = machine.doctor().seats()
    assert not good
    assert "002" in says
    assert "001" not in says
    machine.says["id seat-001"] = (1, "no such user")
    assert "001, 002" in machine.doctor().seats()[1]
    (machine.folder / "hub/private/seats.json").unlink()
    assert "classroom seats 20" in machine.doctor().seats()[1]


def test_a_hub_that_may_too_little_or_too_much_is_red(machine: Machine) -> None:
    assert machine.doctor().units()[0]
    machine.says["stop classroom-nothing"] = (0, "")
    assert "other units" in machine.doctor().units()[1]
    machine.says = {"stop classroom-seat": (4, "Access denied")}
    assert "Access denied" in machine.doctor().units()[1]


def test_limits_that_nobody_keeps_are_red(machine: Machine) -> None:
    assert machine.doctor().limits()[0]
    (machine.folder / "controllers").write_text("cpu pids\n")
    assert not machine.doctor().limits()[0]
    (machine.folder / "controllers").unlink()
    assert not machine.doctor().limits()[0]
    # cgroup v1, and no seat runs: classroom.slice has no group yet.
    (machine.folder / "memory/system.slice").mkdir(parents=True)
    assert machine.doctor().limits()[0]


def test_memory_is_red_from_the_first_byte_that_lacks_for_a_third_that_trains(machine: Machine) -> None:
    least, needed = FIGURES.needed_mib(2, training=1 / 3) / 1024, FIGURES.needed_mib(2) / 1024
    for gib, good, word in (
        (needed + 0.01, True, "all train"),
        (needed - 0.01, True, "enough while a third"),
        (least + 0.01, True, "enough while a third"),
        (least - 0.01, False, "classroom plan"),
    ):
        machine.remember(gib)
        found, says = machine.doctor().enough_memory()
        assert found is good
        assert word in says


def test_swap_is_red_where_nothing_keeps_seats_from_it(machine: Machine) -> None:
    assert machine.doctor().swap()[0]
    (machine.folder / "swaps").write_text(SWAPS + "/dev/zram0 partition 2097152 0 100\n")
    good, says = machine.doctor().swap()
    assert good
    assert says.startswith("2048 MiB, for the system alone")
    (machine.folder / "controllers").unlink()  # cgroup v1
    good, says = machine.doctor().swap()
    assert not good
    assert "swapoff" in says


def test_certificates(machine: Machine) -> None:
    assert machine.doctor().certificate()[0]
    file = machine.folder / "c.pem"
    file.write_bytes(self_made("class.example.org")[0])
    good, says = machine.doctor(certificate=file, self_made=True).certificate()
    assert good
    assert "fingerprint" in says
    file.write_bytes(self_made("other.example.org")[0])
    good, says = machine.doctor(certificate=file).certificate()
    assert not good
    assert "not for class.example.org" in says
    file.write_bytes(self_made("class.example.org")[0])
    good, says = machine.doctor(certificate=file, subdomains=True).certificate()
    assert not good
    assert "not for *.class.example.org" in says
    file.write_text("broken")
    checks = {check.name: check for check in machine.doctor(certificate=file).checks()}
    assert not checks["certificate"].good


@pytest.mark.parametrize(("left", "good"), [(23, True), (22, False)])
def test_a_certificate_by_acme_turns_red_when_nobody_renewed_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, left: float, good: bool
) -> None:
    has = Certificate(("class.example.org",), "Some Authority R3", False, left, 90)
    monkeypatch.setattr(doctor_module.Certificate, "read", lambda file: has)
    assert machine.doctor(certificate=machine.folder / "c.pem", acme=True).certificate()[0] is good


def test_names_of_seats_that_lead_nowhere_are_red(machine: Machine) -> None:
    assert machine.doctor().seats_names()[0]
    machine.names = {"class.example.org"}
    good, says = machine.doctor(subdomains=True).seats_names()
    assert not good
    assert "seat-001.class.example.org leads nowhere" in says
    machine.names |= {"seat-001.class.example.org"}
    assert machine.doctor(subdomains=True).seats_names()[0]


def test_one_name_for_all_seats_is_red_once_the_door_is_open(machine: Machine) -> None:
    assert machine.doctor().seats_names()[0]
    good, says = machine.doctor(certificate=machine.folder / "c.pem").seats_names()
    assert not good
    assert "hub_service_subdomains" in says


def test_seats_that_do_not_run_are_counted(machine: Machine) -> None:
    assert machine.doctor().warm()[0]
    machine.says["list-units"] = (0, "classroom-seat@001.service loaded\n")
    good, says = machine.doctor().warm()
    assert not good
    assert "1 of 2" in says


def test_a_disk_that_is_nearly_full_is_red(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, good in ((10, True), (9, False)):
        usage = type("Usage", (), {"total": 100, "free": free})()
        monkeypatch.setattr(doctor_module.shutil, "disk_usage", lambda path, usage=usage: usage)
        assert machine.doctor().disk()[0] is good


def test_a_disk_that_nothing_keeps_one_seat_from_filling_is_red(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"total": 100, "free": 50})()
    monkeypatch.setattr(doctor_module.shutil, "disk_usage", lambda path: usage)
    assert machine.doctor().disk()[0]
    machine.says["is-active workshop-warden"] = (3, "inactive")
    good, says = machine.doctor().disk()
    assert not good
    assert "start that" in says
    monkeypatch.setattr(doctor_module.disk, "keeps_quotas", lambda place: True)
    assert machine.doctor(seat_disk_bytes=2_000_000_000).disk()[0]


@pytest.mark.parametrize(("page", "good"), [('<input id="seat">', True), ("It works!", False)])
def test_a_door_that_is_another_programs_is_red(machine: Machine, page: str, good: bool) -> None:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *words: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.handle_request).start()
        found, says = machine.doctor(port=server.server_port).door_answers()
    assert found is good
    assert ("log-in page" if good else "choose another hub_service_port") in says


@pytest.mark.parametrize(("self_made_", "left"), [(True, 29), (False, 0.5)])
def test_a_certificate_that_ends_soon_is_red(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, self_made_: bool, left: float
) -> None:
    for days, good in ((left, False), (left + 2, True)):
        has = Certificate(("class.example.org",), "Some Authority", self_made_, days, 365)
        monkeypatch.setattr(doctor_module.Certificate, "read", lambda file, has=has: has)
        doctor = machine.doctor(certificate=machine.folder / "c.pem", self_made=self_made_)
        assert doctor.certificate()[0] is good


def test_a_hub_and_a_door_that_do_not_answer_are_red_and_the_others_still_checked(machine: Machine) -> None:
    (machine.folder / "hub/private/cli-token").write_text("x")
    closed = {"port": 9, "hub_port": 9, "speaker_port": 9}
    checks = {check.name: check for check in machine.doctor(**closed).checks()}
    assert not checks["hub"].good
    assert not checks["door"].good
    assert "workshop-proxy" in checks["door"].says
    assert not checks["speaker"].good
    assert "workshop-hub" in checks["speaker"].says
    assert checks["clock"].good


def test_firewalls(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    file = machine.folder / "c.pem"
    doctor = machine.doctor(certificate=file, port=8443)
    assert "loopback" in machine.doctor().firewall()[1]
    present: set[str] = set()
    monkeypatch.setattr(doctor_module.shutil, "which", lambda name: name if name in present else None)
    assert doctor.firewall()[0]
    present.add("ufw")
    machine.says["ufw status"] = (0, "Status: active\n18443/tcp ALLOW Anywhere\n8443/udp ALLOW Anywhere\n")
    assert "ufw allow 8443/tcp" in doctor.firewall()[1]
    machine.says["ufw status"] = (0, "Status: active\n8443/tcp  ALLOW Anywhere\n8444 LIMIT Anywhere\n")
    assert doctor.firewall()[0]
    machine.says["ufw status"] = (0, "Status: active\n8443/tcp  ALLOW Anywhere\n8444 DENY Anywhere\n")
    assert "ufw allow 8444/tcp" in doctor.firewall()[1], "the speaker's"
    present.add("firewall-cmd")
    machine.says["--query-port=8443/tcp"] = (1, "no")
    assert "firewall-cmd --add-port=8443/tcp" in doctor.firewall()[1]
