"""What a place is that somebody wants written: which disk, which file system, how large, whose.

``lsblk`` and ``findmnt`` are asked; nothing is changed here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.core import programs
from workshop.core.errors import WorkshopError

FAT32_LARGEST = (4 << 30) - 1
"""Bytes of the largest file on FAT32."""
_FAT32 = {"vfat", "msdos", "fat", "fuse.fusefat"}
_SYSTEM = ("/", "/boot", "/efi", "/usr", "/var", "/home", "/opt", "/srv", "/root", "/etc", "/nix", "[SWAP]")
_COLUMNS = "PATH,TYPE,RM,HOTPLUG,RO,SIZE,MODEL,FSTYPE,LABEL,MOUNTPOINTS"


@dataclass(frozen=True)
class Disk:
    """One disk with its partitions."""

    path: str
    model: str
    bytes: int
    removable: bool
    read_only: bool
    mounts: tuple[str, ...]
    nodes: tuple[tuple[str, str, tuple[str, ...]], ...]
    """The disk itself and its partitions: device, file system or empty text, where it is mounted."""

    @property
    def is_system(self) -> bool:
        """Whether this machine runs from it."""
        return any(
            mount in _SYSTEM or mount.startswith(("/boot/", "/usr/", "/var/")) for mount in self.mounts
        )

    @property
    def title(self) -> str:
        """Size and model, as a person repeats them to be understood."""
        return f"{self.bytes / 1e9:.1f} GB {self.model or 'unnamed'}"


@dataclass(frozen=True)
class Place:
    """A mounted folder to write to."""

    folder: Path
    is_fat32: bool = False

    @property
    def free(self) -> int:
        """Bytes that are free for this user."""
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize


def disks() -> list[Disk]:
    """Return the disks of this machine; WorkshopError where they cannot be listed."""
    listed = json.loads(programs.run("lsblk", "--json", "--bytes", "--output", _COLUMNS))
    return [_disk(entry) for entry in listed["blockdevices"]]


def _disk(entry: dict[str, Any]) -> Disk:
    nodes = tuple((each["path"], each["fstype"] or "", _mounts(each)) for each in _family(entry))
    return Disk(
        path=entry["path"],
        model=(entry["model"] or "").strip(),
        bytes=int(entry["size"] or 0),
        removable=bool(entry["rm"] or entry["hotplug"]),
        read_only=bool(entry["ro"]),
        mounts=tuple(mount for _, _, mounts in nodes for mount in mounts),
        nodes=nodes,
    )


def _family(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield entry
    for child in entry.get("children", ()):
        yield from _family(child)


def _mounts(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(mount for mount in entry["mountpoints"] or () if mount)


def _mount_of(folder: Path) -> dict[str, str]:
    """Return the mount that a folder lies in: ``target``, ``source`` and ``fstype``; of several the last."""
    columns = ("--output", "TARGET,SOURCE,FSTYPE")
    listed = json.loads(programs.run("findmnt", "--json", "--nofsroot", *columns, "--target", folder))
    mount: dict[str, str] = listed["filesystems"][-1]
    return mount


def place_at(folder: Path, force: bool) -> Place:
    """Return a mounted folder as a place to write to.

    Raises WorkshopError for what is no folder, the disk that this machine runs from (always), and
    a disk that cannot be unplugged (unless ``force``).
    """
    if not folder.is_dir():
        raise WorkshopError(
            f"{folder} is not a folder; mount the stick and name its folder, or name its device"
        )
    mount = _mount_of(folder.resolve())
    disk = _disk_of(mount["source"], disks())
    _require_stick(folder, disk, force, is_system=mount["target"] in _SYSTEM)
    return Place(folder.resolve(), is_fat32=_is_fat32(mount, disk))


def _require_stick(path: Path, disk: Disk | None, force: bool, *, is_system: bool = False) -> None:
    if is_system or (disk and disk.is_system):
        raise WorkshopError(
            f"{path} is on the system disk, which is never written; name a stick, or fill a folder with "
            f"'workshop stick stage DIR'"
        )
    if not (disk and disk.removable) and not force:
        what = f" ({disk.title})" if disk else ""
        raise WorkshopError(f"{path}{what} is not removable; add --force to write it anyway")


def _is_fat32(mount: dict[str, str], disk: Disk | None) -> bool:
    """Tell whether a mount is FAT32, whoever mounted it."""
    if mount["fstype"] == "fuseblk" and disk:
        source = mount["source"]
        return any(source == path and file_system(path, kind) in _FAT32 for path, kind, _ in disk.nodes)
    return mount["fstype"] in _FAT32


def file_system(node: str, listed: str) -> str:
    """Return the file system of a device; ``listed`` is what lsblk knows, which without udev is nothing."""
    if listed:
        return listed
    try:
        return programs.run("blkid", "--probe", "--match-tag", "TYPE", "--output", "value", node).strip()
    except WorkshopError:  # none, or not ours to read
        return ""


def _disk_of(source: str, known: list[Disk]) -> Disk | None:
    """Return the disk that a device belongs to; volumes and encrypted disks have names that are links."""
    if not source.startswith("/"):
        return None
    path = Path(source).resolve()
    return next(
        (disk for disk in known if any(path == Path(node).resolve() for node, _, _ in disk.nodes)), None
    )


def device_at(path: Path, force: bool) -> Disk:
    """Return the disk of a device that shall be written or formatted; refused as ``place_at`` does."""
    disk = _disk_of(str(path), disks())
    if disk is None:
        raise WorkshopError(f"{path} is not a disk that lsblk lists; see 'workshop stick disks'")
    _require_stick(path, disk, force)
    if disk.read_only:
        raise WorkshopError(f"{path} is read-only; move the lock on its side, or use another stick")
    return disk
