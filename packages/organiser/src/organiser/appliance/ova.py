"""The tar file of an appliance: ``.ovf``, ``.mf``, ``.vmdk`` in this order (DSP0243, "Distribution").

ustar with fixed dates and owners, so that the same members give the same bytes.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from organiser.appliance import manifest
from organiser.appliance.scratch import whole
from workshop.errors import WorkshopError
from workshop.system.files import hash_file

CHUNK = 1 << 20
LARGEST = 8 << 30
"""ustar writes a size in eleven octal digits."""


@dataclass(frozen=True)
class Written:
    """An OVA that was written: its size, its SHA-256, and that of each member but the manifest."""

    bytes: int
    sha256: str
    members: dict[str, str]


def write_ova(target: Path, descriptor_name: str, descriptor: bytes, disk: Path, *, epoch: int) -> Written:
    """Write an OVA of a descriptor and one disk; it appears when it is whole.

    epoch: seconds since 1970, the date of each member. Raises WorkshopError when the disk is larger
    than 8 GiB, which a ustar header cannot say.
    """
    if disk.stat().st_size >= LARGEST:
        raise WorkshopError(f"{disk.name} is over 8 GiB, which an OVA cannot hold; leave something out")
    digests = {descriptor_name: hashlib.sha256(descriptor).hexdigest(), disk.name: "0" * 64}
    manifest_name = Path(descriptor_name).with_suffix(".mf").name
    with whole(target) as partial:
        with partial.open("w+b") as file:
            _write_member(file, descriptor_name, descriptor, epoch)
            # The manifest stands before the disk that it has the hash of; its length is known.
            place = file.tell()
            _write_member(file, manifest_name, manifest.render(digests), epoch)
            digests[disk.name] = _copy_member(file, disk, epoch)
            file.write(bytes(2 * tarfile.BLOCKSIZE))
            file.write(bytes(-file.tell() % tarfile.RECORDSIZE))
            file.seek(place)
            _write_member(file, manifest_name, manifest.render(digests), epoch)
        digest = hash_file(partial)
        size = partial.stat().st_size
    return Written(size, digest, digests)


def _header(name: str, size: int, epoch: int) -> bytes:
    """Return a member's header."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, epoch, 0o644
    try:
        return info.tobuf(tarfile.USTAR_FORMAT)
    except ValueError as error:
        raise WorkshopError(f"{name} cannot be put into an OVA: {error}") from error


def _write_member(file: BinaryIO, name: str, data: bytes, epoch: int) -> None:
    file.write(_header(name, len(data), epoch))
    file.write(data)
    file.write(bytes(-len(data) % tarfile.BLOCKSIZE))


def _copy_member(file: BinaryIO, source: Path, epoch: int) -> str:
    """Append a file; return its SHA-256."""
    size = source.stat().st_size
    file.write(_header(source.name, size, epoch))
    digest = hashlib.sha256()
    for chunk in _chunks(source):
        digest.update(chunk)
        file.write(chunk)
    file.write(bytes(-size % tarfile.BLOCKSIZE))
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
