"""From inside one seat: fill the disk, the temporary files, the process table; the others notice nothing."""

from __future__ import annotations

import json

import pytest
from machines.classroom.house import SEATS, Classroom
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

TEMPORARY = """
import errno, json, os
found = {}
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    size, why = 0, ""
    with open(f"{folder}/filler", "wb", buffering=0) as file:
        try:
            while size < 2**30:
                size += file.write(bytes(2**20))
        except OSError as error:
            why = errno.errorcode[error.errno]
    os.unlink(f"{folder}/filler")
    found[folder] = [size, why]
print(json.dumps(found))
"""
PROCESSES = """
import errno, subprocess
running, why = [], ""
try:
    while len(running) < 1500:
        running.append(subprocess.Popen(["sleep", "600"], start_new_session=True))
except OSError as error:
    why = errno.errorcode[error.errno]
print(len(running), why)
"""
DISK = """
import errno, os, time
room = os.statvfs(".")
total, free = room.f_blocks * room.f_frsize, room.f_bavail * room.f_frsize
with open("large", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, free - total * 7 // 100)
why = ""
with open("filler", "wb", buffering=0) as file:
    try:
        while True:
            file.write(os.urandom(2**20))
            time.sleep(0.02)
    except OSError as error:
        why = errno.errorcode[error.errno]
room = os.statvfs(".")
print(why, round(100 * room.f_bavail * room.f_frsize / total, 1))
"""


def test_temporary_files_end_at_the_seats_own_limit(room: Classroom) -> None:
    cards = room.cards()
    for seat, jar in (("1", "first"), ("2", "victim")):
        came = room.browse("login", seat, cards[seat], jar=jar)
        assert came["path"].startswith(f"/user/seat-00{seat}/"), came
    before = room.bed.root("df --output=used /tmp /run | tail -2")
    ran = room.browse("run", TEMPORARY)
    found = json.loads(ran["text"])
    for folder, most in (("/tmp", 32), ("/var/tmp", 64), ("/dev/shm", 256)):
        size, why = found[folder]
        assert (why, size <= most * 2**20, size > most * 2**19) == ("ENOSPC", True, True), found
    assert (
        abs(
            sum(map(int, room.bed.root("df --output=used /tmp /run | tail -2").split()))
            - sum(map(int, before.split()))
        )
        < 4096
    )


def works_after_a_restart(room: Classroom) -> bool:
    """Load the page again, as whoever sits there does: the hub may have seen the server end."""
    room.browse("login", "1", room.cards()["1"])
    return room.browse("run", "1+1").get("result") == "2"


def test_a_process_table_that_one_seat_fills_has_room_for_the_others(room: Classroom) -> None:
    try:
        ran = room.browse("run", PROCESSES)
        number, why = ran["text"].split()
        assert why == "EAGAIN", ran
        assert 100 < int(number) < 300
        other = "import subprocess; print(subprocess.check_output(['echo', 'mine'], text=True))"
        assert room.browse("run", other, jar="victim")["text"].strip() == "mine"
    finally:
        room.bed.root("systemctl restart classroom-seat@001")
    wait_until(lambda: works_after_a_restart(room), 60, "the seat works again")


def test_a_seat_that_starts_on_a_full_disk_has_its_settings_and_its_pages(room: Classroom) -> None:
    room.hub("release", "3")
    room.bed.root("cd /home/seat-003 && rm -rf .local .ipython .jupyter .cache tensorboard")
    try:
        room.bed.root("fallocate --length $(df --output=avail -B1 /home | tail -1) /home/filler || true")
        room.bed.root("dd if=/dev/zero of=/home/last bs=4096 2>/dev/null || true")
        came = room.browse("login", "3", room.cards()["3"], jar="late")
        assert came["path"] == "/user/seat-003/workshop/", came
        # Not for others to hear, whatever else cannot be written.
        own = """import glob, json
print({json.load(open(file))["transport"] for file in glob.glob("/tmp/jupyter/kernel-*.json")})"""
        ran = room.browse("run", own, jar="late")
        assert ran["text"].strip() == "{'ipc'}", ran
    finally:
        room.bed.root("rm -f /home/filler /home/last")
    saves = "open('x', 'w').write('x' * 5000)"
    # At once, unless the warden took a home that was just made for one that grew; then within a restart.
    wait_until(lambda: room.browse("run", saves, jar="late").get("result") == "5000", 60, "it is saved")


def test_a_seat_that_fills_the_disk_may_not_write_and_the_others_may(room: Classroom) -> None:
    ran = room.browse("run", DISK)
    said = ran["text"].split()
    assert said, ran
    # Where there is a quota, that ends it; here there is none, and it ends before the disk is full.
    assert said[0] == "EFBIG", (ran, room.disk)
    assert float(said[1]) > 0.5, ran
    save = "open('mine.txt', 'w').write('x' * 100_000); print(len(open('mine.txt').read()))"
    for seat in range(2, SEATS + 1):
        assert room.bed.run(f"test -e /run/classroom/full/{seat:03d}").status != 0
    assert room.browse("run", save, jar="victim")["text"].strip() == "100000"
    told = json.loads(room.browse("page", "/user/seat-001/workshop/api/message")["page"])
    assert "nearly full" in told["text"], told
    assert (
        json.loads(room.browse("page", "/user/seat-002/workshop/api/message", jar="victim")["page"]) != told
    )
    assert "neither quota" not in str(room.hub("doctor"))
    # Who deletes may write again; in a container, where no limit can be raised, the seat starts anew.
    gone = room.browse("delete", "/user/seat-001/api/contents/large")
    assert gone["status"] == 204, gone
    wait_until(lambda: room.bed.run("test -e /run/classroom/full/001").status != 0, 30, "the warden sees it")
    saves = "open('again.txt', 'w').write('x'); print('saved')"
    wait_until(lambda: works_after_a_restart(room), 60, "the seat works again")
    wait_until(lambda: room.browse("run", saves).get("text", "").strip() == "saved", 60, "it may write again")
    assert room.browse("delete", "/user/seat-001/api/contents/filler")["status"] == 204
