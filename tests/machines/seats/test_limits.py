"""A seat's unit, without the classroom around it: what one participant takes or tries costs nobody else."""

from __future__ import annotations

import json

import pytest
from machines.seats.conftest import MOST_MIB, MOST_TASKS, MOST_TOGETHER_MIB, PREFIX, Seats
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("seats")]

# As a kernel does (workshop.jupyter.provisioner): the server is not the one to die.
OFFERS = "open('/proc/self/oom_score_adj', 'w').write('1000')\n"
TAKES = f"{OFFERS}held = bytearray(b'x') * ({{}} * 2**20)\n"
NOTEBOOKS = "/home/seat-001/notebooks"
STAYS = """
import pathlib, time
pathlib.Path("held").touch()
while not pathlib.Path("stop").exists():
    time.sleep(0.05)
"""
TRIES = """
import json, os, signal, socket
from pathlib import Path

me, got = os.getuid(), {}

def tried(name, action):
    try:
        if found := action():
            got[name] = str(found)[:100]
    except OSError:
        pass

def of_others(folder):
    return [each.name for each in Path(folder).iterdir() if each.lstat().st_uid != me]

def others():
    return [each.name for each in Path("/proc").glob("[0-9]*") if each.stat().st_uid != me]

tried("home", lambda: os.listdir("/home/seat-002"))
tried("file", lambda: Path("/home/seat-002/notebooks/secret.txt").read_text())
tried("cache", lambda: os.listdir("PREFIX/hub/theano/002"))
tried("environment", lambda: Path("/run/classroom/002.env").read_text())
tried("key", lambda: os.stat("PREFIX/hub/private/key"))
tried("signal", lambda: (os.kill(VICTIM, signal.SIGUSR1), "sent"))
tried("memory", lambda: open("/proc/VICTIM/mem", "rb"))
tried("processes", others)
bus = socket.socket(socket.AF_UNIX)
tried("system's services", lambda: (bus.connect("/run/dbus/system_bus_socket"), "open"))
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    tried(folder, lambda folder=folder: of_others(folder))
for folder in ("/etc", "/usr", "/opt", "/var/lib", "/run", "PREFIX/hub", "/home", "/sys/fs/cgroup"):
    tried(f"wrote {folder}", lambda folder=folder: Path(folder, "x").write_text("x"))
status = Path("/proc/self/status").read_text()
for name, wanted in (("NoNewPrivs", "1"), ("CapBnd", "0" * 16), ("Seccomp", "2")):
    if status.partition(name + ":")[2].split()[0] != wanted:
        got[name] = status.partition(name + ":")[2].split()[0]
print(json.dumps(got))
"""


def test_who_takes_too_much_memory_ends_alone(seats: Seats) -> None:
    before = seats.servers()
    assert seats.run("001", TAKES.format(MOST_MIB // 2))["status"] == 0
    # Less than all seats together may have.
    assert seats.run("001", TAKES.format((MOST_MIB + MOST_TOGETHER_MIB) // 2))["status"] == -9
    assert seats.run("001", "print('goes on')")["text"] == "goes on\n"
    assert seats.servers() == before


def test_all_seats_together_take_no_more_than_their_part(seats: Seats) -> None:
    before, each = seats.servers(), MOST_MIB - 16
    assert 2 * each > MOST_TOGETHER_MIB > each
    seats.bed.root(f"rm -f {NOTEBOOKS}/held {NOTEBOOKS}/stop")
    seats.begin("001", TAKES.format(each) + STAYS)
    wait_until(lambda: seats.bed.exists(f"{NOTEBOOKS}/held"), 60, "the first seat has its memory")
    seats.begin("002", TAKES.format(each))
    second = seats.end("002")["status"]
    seats.bed.root(f"touch {NOTEBOOKS}/stop")
    assert sorted([seats.end("001")["status"], second]) == [-9, 0]
    assert seats.servers() == before


def test_a_seats_processes_are_counted(seats: Seats) -> None:
    more = f"""import subprocess
started = []
try:
    for _ in range({3 * MOST_TASKS}):
        started.append(subprocess.Popen(["sleep", "60"]))
except OSError:
    pass
print(len(started))
for each in started: each.kill()
"""
    assert 5 < int(seats.run("001", more)["text"]) < MOST_TASKS
    other = seats.run("002", "import subprocess; print(subprocess.check_output(['echo', 'mine'], text=True))")
    assert other["text"].strip() == "mine"


def test_nothing_of_another_seat_can_be_had(seats: Seats) -> None:
    hides = """from pathlib import Path
for name in ("secret.txt", "/tmp/mine", "/var/tmp/mine", "/dev/shm/mine"):
    Path(name).write_text("mine")
    assert Path(name).read_text() == "mine"
"""
    assert seats.run("002", hides) == {"status": 0, "text": "", "error": ""}
    # What is refused is there.
    there = "private/key theano/002 /home/seat-002/notebooks/secret.txt /run/dbus/system_bus_socket"
    seats.bed.root(f"cd {PREFIX}/hub && ls {there}")
    tries = TRIES.replace("PREFIX", PREFIX).replace("VICTIM", seats.servers()[1])
    said = seats.run("001", tries)
    assert said["status"] == 0, said
    assert json.loads(said["text"]) == {}
