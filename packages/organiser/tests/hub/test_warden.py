"""What a full disk makes of whom: with shares that are made up, and once with a real process that writes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from waiting import wait_until

from organiser.hub import disk, warden
from organiser.hub.disk import Room
from organiser.hub.warden import MUCH, Warden

TOTAL = 100 * MUCH


@dataclass
class Server:
    """A disk of a hundred shares, and seats that write."""

    folder: Path
    free: int = 50
    has: dict[str, int] = field(default_factory=lambda: {"001": 3, "002": 9, "003": 1})
    """Shares that each seat has."""
    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("001", "002", "003"), 0))
    can_raise: bool = True
    did: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.warden = Warden(
            Path("/home"),
            used=lambda number: self.has[number] * MUCH,
            written=lambda: {number: each * MUCH for number, each in self.written.items()},
            allow=self.allow,
            stop=lambda number: self.did.append(("stopped", number)),
            full=self.folder,
            room=lambda place: Room(TOTAL, self.free * MUCH, self.free / 100),
        )

    def allow(self, number: str, allowed: bool) -> bool:
        self.did.append(("allowed" if allowed else "refused", number))
        return self.can_raise

    def write(self, number: str, shares: int, *, hidden: bool = False) -> list[tuple[str, str]]:
        """Let a seat write, into files that were deleted before if hidden; return what came of it."""
        self.free -= shares
        self.written[number] += shares
        self.has[number] += 0 if hidden else shares
        return self.look()

    def look(self) -> list[tuple[str, str]]:
        self.did.clear()
        self.warden.look()
        return self.did


@pytest.fixture
def server(tmp_path: Path) -> Server:
    made = Server(tmp_path)
    made.warden.count()
    made.look()
    return made


def test_nobody_is_meant_while_there_is_room(server: Server) -> None:
    for _ in range(8):
        assert server.write("001", 5) == []
    assert server.free == 10


@pytest.mark.parametrize("hidden", [False, True])
def test_who_writes_is_refused_and_not_who_has_the_most(server: Server, hidden: bool) -> None:
    server.write("001", 40)
    assert server.write("003", 6, hidden=hidden) == [("refused", "003")]
    assert server.look() == [("refused", "003")], "what it begins anew is refused, too"
    assert [file.name for file in server.folder.iterdir()] == ["003"]


def test_one_that_fills_the_disk_at_once_is_found_by_what_it_has(server: Server) -> None:
    server.free = 0
    server.has["003"] = 50
    assert server.look() == [("refused", "003")]


@pytest.mark.parametrize("left", [4, 0])
def test_a_disk_that_others_filled_is_no_seats_fault(server: Server, left: int) -> None:
    server.free = left
    for _ in range(3):
        assert server.look() == []


def test_files_that_cannot_be_counted_are_all_new(server: Server) -> None:
    server.has["003"] = disk.UNCOUNTED // MUCH + 1
    server.warden.count()
    server.free = 0
    assert server.look() == [("refused", "003")]


def test_who_deletes_may_write_again_and_so_may_all_when_there_is_room(server: Server) -> None:
    server.write("003", 46)
    server.has["003"] = 20
    assert ("allowed", "003") in server.look()
    assert list(server.folder.iterdir()) == []
    server.write("003", 3)
    assert server.did == [("refused", "003")]
    server.free = 10
    assert server.look() == [("allowed", "003")]


def test_where_limits_cannot_be_raised_the_seat_starts_anew(server: Server) -> None:
    server.can_raise = False
    server.write("003", 46)
    server.free = 50
    assert server.look() == [("allowed", "003"), ("stopped", "003")]


def test_who_writes_although_it_may_not_is_killed_before_the_last_two_per_cent(server: Server) -> None:
    server.write("003", 46)
    assert ("stopped", "003") not in server.write("003", 2)
    assert ("stopped", "003") in server.write("003", 2, hidden=True)


def test_a_warden_that_starts_anew_knows_whom_it_refused(server: Server) -> None:
    server.write("003", 46)
    again = Server(server.folder, free=4, has={"001": 3, "002": 9, "003": 47})
    assert again.look() == [("refused", "003")]
    elsewhere = Server(server.folder, free=50)
    elsewhere.warden.place = Path("/srv")
    assert elsewhere.look() == [], "another file system's warden leaves it alone"


def test_a_process_that_may_not_write_reads_and_deletes(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root limits the processes of others")
    tmp_path.chmod(0o777)
    for folder in list(tmp_path.parents)[:3]:
        folder.chmod(folder.stat().st_mode | 0o001)
    (tmp_path / "old").write_text("old")
    (tmp_path / "old").chmod(0o666)
    program = """
import os, sys
os.setgid(54321)
os.setuid(54321)
print("ready", flush=True)
for line in sys.stdin:
    try:
        print(eval(line), flush=True)
    except OSError as error:
        print(error.strerror, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin and running.stdout

        def says(code: str) -> str:
            assert running.stdin and running.stdout
            running.stdin.write(code + "\n")
            running.stdin.flush()
            return running.stdout.readline().strip()

        assert running.stdout.readline() == "ready\n"
        assert says("os.write(os.open('new', os.O_CREAT | os.O_WRONLY), bytes(2000000))") == "2000000"
        wait_until(lambda: warden.written().get(54321, 0) >= 2_000_000, 10, "what it wrote is seen")
        warden.allow_writes(54321, False)
        assert says("os.write(os.open('more', os.O_CREAT | os.O_WRONLY), b'x')") == "File too large"
        assert says("open('old').read()") == "old"
        assert says("os.unlink('new')") == "None"
        # Without CAP_SYS_RESOURCE, as in many a container, nobody can raise it again.
        wanted = "1" if warden.allow_writes(54321, True) else "File too large"
        assert says("os.write(os.open('more', os.O_CREAT | os.O_WRONLY), b'x')") == wanted
        running.stdin.close()
