"""Makes what somebody named ready to be written: mounts devices, formats them when that was said twice.

Nothing but the confirmation of a disk by its size and model allows it to be erased.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from organiser.thumbdrive.drives import Disk, Place, device_at, file_system, place_at
from workshop.core import programs
from workshop.core.errors import WorkshopError

LABEL = "WORKSHOP"
_EXFAT = "7"
"""The partition's type in the table: exFAT or NTFS."""


def prepared(
    sticks: Sequence[Path], format_exfat: bool, confirmed: Sequence[str], force: bool, stack: ExitStack
) -> list[Place]:
    """Return a place for each stick; what is mounted here is unmounted when ``stack`` closes.

    Raises WorkshopError, before anything is formatted, when one of them is refused or not confirmed.
    """
    devices = {stick: device_at(stick, force) for stick in sticks if stick.is_block_device()}
    for stick in sticks:
        if stick in devices and format_exfat:
            _require_confirmed(stick, devices[stick], confirmed)
        elif stick in devices:
            _node_with_files(stick, devices[stick])
        elif format_exfat:
            raise WorkshopError(f"{stick} is a folder; --format needs the device, such as /dev/sdb")
        else:
            place_at(stick, force)
    # A disk and its partition are one stick, too.
    nodes = [
        disk.path if format_exfat else _node_with_files(stick, disk)[0] for stick, disk in devices.items()
    ]
    if len({path.resolve() for path in sticks}) < len(sticks) or len(set(nodes)) < len(nodes):
        raise WorkshopError("a stick is named twice; name each only once")
    places = [_place(stick, devices.get(stick), format_exfat, force, stack) for stick in sticks]
    for stick, place in zip(sticks, places, strict=True):
        for other, another in zip(sticks, places, strict=True):
            if place is not another and another.folder.is_relative_to(place.folder):
                raise WorkshopError(
                    f"{other} is on the stick {stick}, which is also named; name each only once"
                )
    return places


def _require_confirmed(stick: Path, disk: Disk, confirmed: Sequence[str]) -> None:
    if disk.mounts:
        raise WorkshopError(f"{disk.path} is mounted at {disk.mounts[0]}; unmount it before it is formatted")
    if disk.title not in confirmed:
        raise WorkshopError(
            f"--format deletes everything on {stick}; if it is the right device, add --confirm '{disk.title}'"
        )


def _node_with_files(stick: Path, disk: Disk) -> tuple[str, tuple[str, ...]]:
    """Return the device with the file system, and its mounts: the one named, or the disk's only one."""
    having = [(node, mounts) for node, kind, mounts in disk.nodes if file_system(node, kind)]
    exact = [each for each in having if each[0] == str(stick.resolve())]
    found = exact or having
    if len(found) != 1:
        what = (
            "several file systems; name one of its partitions"
            if found
            else "no file system; --format exfat makes one"
        )
        raise WorkshopError(f"{stick} has {what}")
    return found[0]


def _place(stick: Path, disk: Disk | None, format_exfat: bool, force: bool, stack: ExitStack) -> Place:
    if disk is None:
        return place_at(stick, force)
    if format_exfat:
        _require_unchanged(stick, disk, force)
        return place_at(_mount(make_exfat(stick, disk), stack), force)
    node, mounts = _node_with_files(stick, disk)
    return place_at(Path(mounts[0]) if mounts else _mount(node, stack), force)


def _require_unchanged(stick: Path, disk: Disk, force: bool) -> None:
    """Look again right before a disk is erased: others were formatted meanwhile, and sticks are swapped."""
    if device_at(stick, force) != disk:
        raise WorkshopError(
            f"{stick} is no longer the disk that was confirmed ({disk.title}), or was mounted meanwhile; "
            "nothing on it was changed: look at 'workshop stick disks' and run this again"
        )


def make_exfat(stick: Path, disk: Disk) -> str:
    """Make a device empty, with one exFAT file system; return the device that has it."""
    node = str(stick.resolve())
    if node == disk.path and disk.path.startswith(("/dev/sd", "/dev/mmcblk", "/dev/nvme")):
        make_table(disk.path)
        node = _first_partition(disk.path)
    programs.run("mkfs.exfat", "--volume-label", LABEL, node)
    return node


def make_table(device: str) -> None:
    """Write a partition table with one partition over the whole disk, as Windows and macOS expect it."""
    programs.run(
        "sfdisk",
        "--wipe",
        "always",
        "--wipe-partitions",
        "always",
        device,
        text=f"label: dos\ntype={_EXFAT}\n",
    )


def _first_partition(disk: str, seconds: float = 60.0) -> str:
    """Return the device of the first partition, once the kernel has it."""
    node = f"{disk}p1" if disk[-1].isdigit() else f"{disk}1"
    deadline = time.monotonic() + seconds
    while not Path(node).exists():
        if time.monotonic() > deadline:
            raise WorkshopError(f"{node} did not appear; unplug the stick, plug it in and run this again")
        time.sleep(0.1)
    return node


def _mount(node: str, stack: ExitStack) -> Path:
    """Mount a device for the time of the writing."""
    folder = Path(tempfile.mkdtemp(prefix="workshop-stick-"))
    try:
        try:
            programs.run("mount", "-o", "nosuid,nodev,noexec", node, folder)
        except WorkshopError:
            # A kernel without exFAT: the one that runs as a program.
            programs.run("mount.exfat-fuse", "-o", "nosuid,nodev,noexec", node, folder)
    except WorkshopError as error:
        folder.rmdir()
        raise WorkshopError(
            f"cannot mount {node} ({error}); mount it yourself and name its folder"
        ) from error
    stack.callback(_unmount, folder)
    return folder


def _unmount(folder: Path) -> None:
    programs.run("umount", folder)
    folder.rmdir()
