"""Sticks without sticks: loop devices whose files lie on one throttled loop device, which stands for the bus.

The kernel counts what reaches the throttled device, whoever writes it: the cache, a direct write, or another
loop device. So all sticks together get no more than its speed, as on one hub. Needs root, loop devices and
the block controller of cgroup version 1.
"""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.system.programs import last_line

THROTTLE = Path("/sys/fs/cgroup/blkio")
LIMITS = ("blkio.throttle.write_bps_device", "blkio.throttle.read_bps_device")
ATTEMPTS, BETWEEN_S = 100, 0.1


@contextmanager
def sticks_on_a_bus(folder: Path, count: int, stick_bytes: int, speed: int) -> Iterator[list[Path]]:
    """Give ``count`` empty mounted sticks, which together write, and read, ``speed`` bytes a second.

    Raises WorkshopError where this machine cannot do that.
    """
    if os.geteuid() != 0 or not (THROTTLE / LIMITS[0]).is_file():
        raise WorkshopError("sticks on a throttled bus need root, and cgroup version 1's block controller")
    with ExitStack() as stack:
        bus = folder / "bus"
        # An ext4 of its own needs a twentieth and its journal.
        device = stack.enter_context(
            _mounted(folder / "bus.img", bus, count * stick_bytes * 12 // 10 + (96 << 20))
        )
        number = Path(device).stat().st_rdev
        places = []
        for each in range(count):
            place = folder / f"stick-{each}"
            stack.enter_context(_mounted(bus / f"{each}.img", place, stick_bytes))
            places.append(place)
        stack.callback(_throttle, number, 0)
        _throttle(number, speed)
        yield places


def _throttle(device: int, speed: int) -> None:
    """Hold a device to so many bytes a second, each way; 0 for as many as it can."""
    for name in LIMITS:
        (THROTTLE / name).write_text(f"{os.major(device)}:{os.minor(device)} {speed}\n", encoding="ascii")


@contextmanager
def _mounted(image: Path, folder: Path, size: int) -> Iterator[str]:
    """Make a file system in a file and mount it by a loop device of its own, past the cache."""
    with image.open("wb") as file:
        # Really there: on the way, no block is looked for.
        os.posix_fallocate(file.fileno(), 0, size)
    folder.mkdir()
    with ExitStack() as stack:
        device = _attach(image)
        stack.callback(_patiently, "losetup", "--detach", device)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", device)
        _run("mount", "-o", "noatime", device, str(folder))
        stack.callback(_patiently, "umount", str(folder))
        yield device


def _attach(image: Path) -> str:
    """Put a file behind the next free loop device, whose node may have to be made first."""
    device = _run("losetup", "--find")
    if not Path(device).exists():
        os.mknod(device, 0o600 | stat.S_IFBLK, os.makedev(7, int(device.removeprefix("/dev/loop"))))
    _run("losetup", "--direct-io=on", device, str(image))
    return device


def _patiently(*words: str) -> None:
    """Undo something that may be in use for a moment still: the kernel gives a loop device up by and by."""
    for _ in range(ATTEMPTS):
        try:
            _run(*words)
            return
        except WorkshopError:
            time.sleep(BETWEEN_S)
    _run(*words)


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkshopError(f"{words[0]} failed: {last_line(done.stderr) or 'it said nothing'}")
    return done.stdout.strip()
