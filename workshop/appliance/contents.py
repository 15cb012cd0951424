"""What an OVA holds and where, for those who use it; ``verify`` is who judges it."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from workshop.appliance import envelope
from workshop.appliance.machine import Forward
from workshop.errors import WorkshopError

LARGEST_DESCRIPTOR = 1 << 20


@dataclass(frozen=True)
class Place:
    """A member's name, and where its bytes lie in the OVA."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class Contents:
    """An OVA with one machine and one disk."""

    path: Path
    envelope: ET.Element
    disk: Place
    memory: int
    cpus: int
    forwards: tuple[Forward, ...]


def read_contents(path: Path) -> Contents:
    """Read an OVA's descriptor and find its disk; WorkshopError when it is none."""
    try:
        with tarfile.open(path, "r:") as tar:
            members = tar.getmembers()
            descriptor = _only(members, ".ovf", path)
            disk = _only(members, ".vmdk", path)
            file = tar.extractfile(descriptor)
            data = file.read(LARGEST_DESCRIPTOR) if file else b""
        root = envelope.parse(data)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise WorkshopError(f"{path} is no OVA that can be used: {error}") from error
    memory, cpus = envelope.memory_of(root), envelope.cpus_of(root)
    if not memory or not cpus:
        raise WorkshopError(f"{path} does not say how much memory and how many processors it needs")
    place = Place(disk.name, disk.offset_data, disk.size)
    return Contents(path, root, place, memory, cpus, _forwards(root))


def _only(members: list[tarfile.TarInfo], suffix: str, path: Path) -> tarfile.TarInfo:
    """Return the one member with that suffix."""
    found = [member for member in members if member.isfile() and member.name.lower().endswith(suffix)]
    if len(found) != 1:
        raise WorkshopError(f"{path} has {len(found)} {suffix} files, not one")
    return found[0]


def _forwards(root: ET.Element) -> tuple[Forward, ...]:
    """Return the forwarded TCP ports that make sense."""
    found = []
    for rule in envelope.rules(root):
        guest, host = envelope.number(rule.guest_port), envelope.number(rule.host_port)
        if guest and host and rule.protocol in ("1", "TCP"):
            found.append(Forward(rule.name, guest, host))
    return tuple(found)
