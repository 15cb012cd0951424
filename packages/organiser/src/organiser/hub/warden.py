"""``python -m organiser.hub.warden``: keeps one seat from filling the disk of all.

Where a file system keeps quotas it has nothing to do. Elsewhere it looks twice a second how much is left.
Before the last five per cent it refuses the writes of the seat that writes most: that seat goes on, reads and
deletes. One that yet finds a way to write is killed before the last two, and comes back without its kernels.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from organiser.hub import disk
from organiser.hub.seats import account, seat_of
from organiser.hub.settings import HubSettings, load_hub_settings
from organiser.hub.units import RUN, unit
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole

WATCH, EASE, REFUSE, STOP = 0.15, 0.10, 0.05, 0.02
"""Shares that are free: below the first it looks closely who writes, from the second on everybody may write
again, below the others it acts."""
LOOK_SECONDS = 0.5
CALM_LOOKS = 20
"""How seldom it looks who writes while there is room."""
MUCH = 16_000_000
"""Bytes from one look to the next; who saves a notebook writes less."""
COUNT_SECONDS = 60.0
"""How often it counts, while there is room, what each seat has."""
FULL = RUN / "full"
"""Root's folder with a file for each seat whose writes are refused, which its own server reads."""
WORDS = (
    "The server's disk is nearly full, and your seat has filled it the most: nothing more can be saved here. "
    "Delete what you do not need; then saving works again."
)


def seats_here() -> list[str]:
    """Return the seats that have a home on this machine."""
    found = []
    for home in sorted(Path("/home").glob("seat-*")):
        try:
            found.append(seat_of(home.name))
        except ValueError:
            continue
    return found


def users(proc: Path = Path("/proc")) -> Iterator[tuple[int, Path]]:
    """Yield each process, with its account by what the kernel says, not by the owner of files in /proc."""
    for status in proc.glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has just ended
            text = status.read_text(encoding="ascii", errors="replace")
            yield int(text.partition("\nUid:\t")[2].split()[0]), status.parent


def allow_writes(user: int, allowed: bool) -> bool:
    """Let an account's processes write to files, or refuse what would make one longer than nothing.

    Returns whether they have been let: inside a container root may not raise what it lowered.
    """
    limit = resource.RLIM_INFINITY if allowed else 0
    # Twice: what a process began meanwhile may have the old limit.
    for _ in range(2):
        found = [int(process.name) for whose, process in users() if whose == user]
        try:
            _limit(found, limit)
        except PermissionError:
            if allowed:
                return False
            _as_account(user, partial(_limit, found, 0))
    return True


def _limit(processes: Iterable[int], limit: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, limit))


def _as_account(user: int, action: Callable[[], None]) -> None:
    """Do something as an account, which may always lower its own limits."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(_group(user))
            os.setuid(user)
            action()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _group(user: int) -> int:
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return user


def written(proc: Path = Path("/proc")) -> dict[int, int]:
    """Return how many bytes each account's processes, of those that run, have written to disks.

    It counts what is in no folder any more, too: files that were deleted and are yet open.
    """
    total: dict[int, int] = {}
    for user, process in users(proc):
        with contextlib.suppress(OSError, ValueError, IndexError):
            text = (process / "io").read_text(encoding="ascii")
            total[user] = total.get(user, 0) + int(text.partition("\nwrite_bytes: ")[2].split()[0])
    return total


def stop_seat(number: str) -> None:
    """Kill all that runs on a seat; systemd starts its server anew, without kernels."""
    subprocess.run(["systemctl", "--no-block", "kill", "--signal=KILL", unit(number)], check=False)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass
class Warden:
    """Looks at one file system."""

    place: Path
    used: Callable[[str], int]
    """How many bytes a seat has in its folders."""
    written: Callable[[], dict[str, int]]
    """How many each seat's processes have written."""
    allow: Callable[[str, bool], bool]
    """Lets a seat write, or does not; tells whether that can be."""
    stop: Callable[[str], None]
    full: Path = FULL
    room: Callable[[Path], disk.Room] = disk.Room.of
    _before: dict[str, int] = field(default_factory=dict)
    """What had been written when it looked last."""
    _had: dict[str, int] = field(default_factory=dict)
    """What each seat had when it was counted last, while there was room."""
    _free: int = 0
    """What was left then."""
    _looks: int = 0

    def count(self) -> None:
        """Note what each seat has while there is room: who fills the disk later has more than that."""
        for number in self.written():
            if self.room(self.place).share < WATCH:
                return
            # One whose files cannot be counted is later taken to have made them all.
            has = self.used(number)
            self._had[number] = 0 if has >= disk.UNCOUNTED else has

    def look(self) -> None:
        """Look once, and do what is needed."""
        room, refused = self.room(self.place), self.refused()
        if room.share < WATCH or refused or self._looks % CALM_LOOKS == 0:
            now = self.written()
            wrote = {number: bytes_ - self._before.get(number, bytes_) for number, bytes_ in now.items()}
            for number, had in refused.items():
                self._hold(number, had, wrote.get(number, 0), room)
            # A write that had begun goes on to its end: nobody else is meant while it does.
            if room.share < REFUSE and all(wrote.get(number, 0) < MUCH for number in refused):
                self._choose({number: each for number, each in wrote.items() if number not in refused}, room)
            self._before = now
        self._free = room.free
        self._looks += 1

    def _hold(self, number: str, had: int, wrote: int, room: disk.Room) -> None:
        """Go on refusing the writes of a seat, or let it write when there is room again."""
        has = self.used(number)
        if room.share >= EASE or has < had / 2:
            if not self.allow(number, True):
                self.stop(number)
            (self.full / number).unlink(missing_ok=True)
            _say(f"seat {int(number)} may write again")
            return
        self.allow(number, False)
        if room.share < STOP and (wrote >= MUCH or has > had + MUCH):
            _say(f"seat {int(number)} wrote although it was blocked, and was stopped")
            self.stop(number)
            self._refuse(number, room)

    def _choose(self, wrote: dict[str, int], room: disk.Room) -> None:
        """Refuse the writes of who writes much just now; of who has grown most, where nobody is seen to.

        Where no seat has, it was somebody else, and nobody's writes are refused.
        """
        if not wrote:
            return
        number = max(wrote, key=lambda each: wrote[each])
        if wrote[number] < MUCH:
            falls = self._free - room.free >= MUCH
            if not falls and (room.share >= STOP or self.refused()):
                return
            grown = {each: self.used(each) - self._had.get(each, 0) for each in wrote}
            number = max(grown, key=lambda each: grown[each])
            if grown[number] < MUCH:
                return
        self._refuse(number, room)

    def refused(self) -> dict[str, int]:
        """Return the seats whose writes are refused, by an earlier run, too, and what each had then."""
        found = {}
        for file in sorted(self.full.glob("[0-9]*")):
            had, _, place = file.read_text(encoding="utf-8").partition(" ")
            if place == str(self.place):
                found[file.name] = int(had)
        return found

    def _refuse(self, number: str, room: disk.Room) -> None:
        has = self.used(number)
        write_whole(self.full / number, f"{has} {self.place}")
        self.allow(number, False)
        _say(f"{room.share:.1%} of {self.place} is left: seat {int(number)} may not write; it has {has:,} B")


def wardens(hub: HubSettings) -> list[Warden]:
    """Return a warden for each file system on which seats write and that keeps no quota."""

    def user(number: str) -> int:
        return pwd.getpwnam(account(number)).pw_uid

    def written_by_seats() -> dict[str, int]:
        by_user = written()
        return {number: by_user.get(user(number), 0) for number in seats_here()}

    return [
        Warden(
            place,
            used=lambda number: disk.used(hub, number),
            written=written_by_seats,
            allow=lambda number, allowed: allow_writes(user(number), allowed),
            stop=stop_seat,
        )
        for place in disk.places(hub)
        if not disk.keeps_quotas(place)
    ]


def _count(watching: Iterable[Warden]) -> None:
    """Count again and again, apart from those who look: somebody's many small files take their time."""
    while True:
        for warden in watching:
            warden.count()
        time.sleep(COUNT_SECONDS)


def main() -> None:
    """Look until the unit is stopped."""
    watching = wardens(load_hub_settings())
    _say(f"watches {', '.join(str(each.place) for each in watching) or 'nothing: quotas are kept here'}")
    if not watching:
        signal.pause()
    threading.Thread(target=_count, args=(watching,), daemon=True).start()
    while True:
        for warden in watching:
            warden.look()
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    try:
        main()
    except WorkshopError as error:
        sys.exit(f"workshop: {error}")
