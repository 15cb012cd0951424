"""The tar file of an appliance: ``.ovf``, ``.mf``, ``.vmdk`` in this order (DSP0243, "Distribution").

ustar with fixed dates and owners, so that the same members give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance import manifest
from organiser.appliance.scratch import whole
from workshop.errors import WorkshopError
from workshop.system.files import hash_file

LARGEST = 8 << 30
"""ustar writes a size in eleven octal digits."""


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
    listed = Path(descriptor_name).with_suffix(".mf").name, manifest.render(digests)
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
