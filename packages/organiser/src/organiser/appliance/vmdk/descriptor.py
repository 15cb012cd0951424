"""The text inside a VMDK that describes its disk ("The Descriptor File")."""

from __future__ import annotations

import uuid

from organiser.appliance.vmdk.layout import DESCRIPTOR_SECTORS, SECTOR

HEADS, TRACKS = 255, 63
"""The geometry that every BIOS translates large disks to."""
LARGEST_CYLINDER = 16383


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
