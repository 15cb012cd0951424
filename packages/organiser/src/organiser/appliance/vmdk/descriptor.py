"""The text inside a VMDK that describes its disk ("The Descriptor File")."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping

from organiser.appliance.vmdk.layout import DESCRIPTOR_SECTORS, SECTOR

HEADS, TRACKS = 255, 63
"""The geometry that every BIOS translates large disks to."""
LARGEST_CYLINDER = 16383
NAME = re.compile(r"[A-Za-z][\w.]*")
KEYS = ("version", "CID", "parentCID", "createType")
DATABASE = re.compile(r"ddb\.[A-Za-z][\w.]*")
EXTENT = re.compile(r'^RW (\d+) SPARSE "([^"]+)"$')


def render(name: str, capacity: int, image: uuid.UUID, content: int) -> bytes:
    """Return the descriptor, padded to its place.

    name: of the VMDK file itself. capacity: in sectors. image: the disk's identifier. content: the
        "CID", 32 bits that change when the contents do.
    """
    cylinders = max(1, min(capacity // (HEADS * TRACKS), LARGEST_CYLINDER))
    text = f"""# Disk DescriptorFile
version=1
CID={content:08x}
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RW {capacity} SPARSE "{name}"

# The disk Data Base
#DDB

ddb.adapterType="ide"
ddb.geometry.cylinders="{cylinders}"
ddb.geometry.heads="{HEADS}"
ddb.geometry.sectors="{TRACKS}"
ddb.uuid.image="{image}"
ddb.uuid.parent="{uuid.UUID(int=0)}"
ddb.uuid.modification="{uuid.UUID(int=0)}"
ddb.uuid.parentmodification="{uuid.UUID(int=0)}"
ddb.virtualHWVersion="4"
"""
    return text.encode("utf-8").ljust(DESCRIPTOR_SECTORS * SECTOR, b"\0")


def parse(data: bytes) -> tuple[Mapping[str, str], list[tuple[int, str]]]:
    """Return a descriptor's entries and its extents (sectors, file name).

    Lines that are neither are left out. Raises ValueError when it is not text.
    """
    text = data.rstrip(b"\0").decode("utf-8")
    entries: dict[str, str] = {}
    extents: list[tuple[int, str]] = []
    for line in text.splitlines():
        if found := EXTENT.match(line):
            extents.append((int(found[1]), found[2]))
        else:
            # By hand, for a pattern of the whole line takes hours over one with a million spaces.
            name, sign, value = line.partition("=")
            if sign and NAME.fullmatch(name := name.rstrip()):
                entries[name] = value.strip().removeprefix('"').removesuffix('"')
    return entries, extents


def unknown(data: bytes) -> Iterator[str]:
    """Yield the lines of a descriptor that ours has not; ValueError when it is not text.

    Such as a second extent, which may be any file of the reader's computer.
    """
    keys: set[str] = set()
    extents = 0
    for line in data.rstrip(b"\0").decode("utf-8").splitlines():
        key = line.partition("=")[0].rstrip()
        if not line.strip() or line.startswith("#"):
            continue
        if EXTENT.match(line) and not extents:
            extents += 1
        elif key in keys or not ("=" in line and (key in KEYS or DATABASE.fullmatch(key))):
            yield line
        keys.add(key)
