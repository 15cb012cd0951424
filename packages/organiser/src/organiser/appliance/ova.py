"""The tar file of an appliance, written and read: ``.ovf``, ``.mf``, ``.vmdk`` in this order.

DSP0243, "Distribution". The manifest has a line ``SHA256 (name) = hex`` for each file.

ustar with fixed dates and owners, so that the same members give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from organiser.appliance import envelope
from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.machine import Forward
from organiser.appliance.scratch import whole
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file

LARGEST = 8 << 30
"""ustar writes a size in eleven octal digits."""
LARGEST_DESCRIPTOR = 1 << 20
MANIFEST_LINE = re.compile(r"SHA256 \(([^()\r\n]+)\) ?= ?([0-9a-fA-F]{64})")


@dataclass(frozen=True)
class Written:
    """An OVA that was written: its size and its SHA-256."""

    bytes: int
    sha256: str


def write_ova(target: Path, descriptor_name: str, descriptor: bytes, disk: Path, *, epoch: int) -> Written:
    """Write an OVA of a descriptor and one disk; it appears when it is whole.

    epoch: seconds since 1970, the date of each member. Raises WorkshopError when the disk is larger
    than 8 GiB, which a ustar header cannot say.
    """
    if disk.stat().st_size >= LARGEST:
        raise WorkshopError(f"{disk.name} is over 8 GiB, which an OVA cannot hold; leave something out")
    digests = {descriptor_name: hashlib.sha256(descriptor).hexdigest(), disk.name: hash_file(disk)}
    listed = Path(descriptor_name).with_suffix(".mf").name, render_manifest(digests)
    with whole(target) as partial:
        try:
            with tarfile.open(partial, "w", format=tarfile.USTAR_FORMAT) as tar:
                for name, data in ((descriptor_name, descriptor), listed):
                    tar.addfile(_member(name, len(data), epoch), io.BytesIO(data))
                with disk.open("rb") as file:
                    tar.addfile(_member(disk.name, disk.stat().st_size, epoch), file)
        except ValueError as error:
            raise WorkshopError(f"{descriptor_name} cannot be put into an OVA: {error}") from error
        return Written(partial.stat().st_size, hash_file(partial))


def _member(name: str, size: int, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, epoch, 0o644
    return info


def render_manifest(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of files and their SHA-256, in the given order."""
    return "".join(f"SHA256 ({name}) = {digest}\n" for name, digest in digests.items()).encode("utf-8")


def parse_manifest(data: bytes) -> dict[str, str]:
    """Return each file's SHA-256 in small letters; lines that are none are left out."""
    return {name: digest.lower() for name, digest in MANIFEST_LINE.findall(data.decode("utf-8"))}


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
        raise WorkshopError(f"{path} is not a usable OVA: {error}") from error
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
        raise WorkshopError(f"{path} is not a usable OVA: {error}") from error
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
