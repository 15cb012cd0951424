"""What an OVA holds and where; ``verify`` judges it."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from organiser.appliance import envelope
from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.machine import Forward
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
    architecture: Architecture = AMD64


def read_contents(path: Path) -> Contents:
    """Read an OVA's descriptor and find its disk; WorkshopError when it is none."""
    descriptor, disk = _only(path, ".ovf"), _only(path, ".vmdk")
    with path.open("rb") as file:
        file.seek(descriptor.offset)
        data = file.read(min(descriptor.size, LARGEST_DESCRIPTOR))
    try:
        root = envelope.parse(data)
    except ValueError as error:
        raise WorkshopError(f"{path} is no OVA that can be used: {error}") from error
    memory, cpus = envelope.memory_of(root), envelope.cpus_of(root)
    if not memory or not cpus:
        raise WorkshopError(f"{path} does not say how much memory and how many processors it needs")
    architecture = ARM64 if envelope.is_arm(root) else AMD64
    return Contents(path, root, disk, memory, cpus, _forwards(root), architecture)


def _only(path: Path, suffix: str) -> Place:
    """Return where the one member with that suffix lies; WorkshopError when it is no tar file."""
    try:
        with tarfile.open(path, "r:") as tar:
            found = [each for each in tar if each.isfile() and each.name.lower().endswith(suffix)]
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise WorkshopError(f"{path} is no OVA that can be used: {error}") from error
    if len(found) != 1:
        raise WorkshopError(f"{path} has {len(found)} {suffix} files, not one")
    return Place(found[0].name, found[0].offset_data, found[0].size)


def _forwards(root: ET.Element) -> tuple[Forward, ...]:
    """Return the forwarded TCP ports that make sense."""
    found = []
    for rule in envelope.rules(root):
        guest, host = envelope.number(rule.guest_port), envelope.number(rule.host_port)
        if guest and host and rule.protocol in ("1", "TCP"):
            found.append(Forward(rule.name, guest, host))
    return tuple(found)
