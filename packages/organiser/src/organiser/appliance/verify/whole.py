"""Is a file whole: by the list of sums next to it, the list's signature, and sums inside.

Without a list only those inside count: an OVA's manifest, CRC in zip and gzip, an image's digests. They cover
all contents, and only a part of an archive's own headers and padding.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from organiser.appliance.ova import parse_manifest
from workshop.core import programs
from workshop.core.files import hash_file, write_whole

SUMS = "SHA256SUMS"
SIGNATURE_SUFFIX = ".sig"
NAMESPACE = "workshop-thumbdrive"
"""What a stick's key signs for."""
SINGLE_SUFFIX = ".sha256"
"""Of the list that a build writes for each file, in the format of sha256sum(1)."""


def list_of(path: Path) -> Path | None:
    """Return the list of sums for a file: its own, or that of its folder or of the stick that it lies on."""
    own = path.with_name(path.name + SINGLE_SUFFIX)
    lists = (own, *(folder / SUMS for folder in list(path.resolve().parents)[:2]))
    return next((each for each in lists if each.is_file() and stated(each, path)), None)


def stated(listed: Path, path: Path) -> str:
    """Return the SHA-256 that a list has for a file; nothing where it does not name it."""
    for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition(" ")
        if (listed.parent / name.lstrip(" *")).resolve() == path.resolve():
            return digest.lower()
    return ""


def write_list(path: Path, sha256: str) -> Path:
    """Write a file's own list, as sha256sum(1) reads it; return it."""
    listed = path.with_name(path.name + SINGLE_SUFFIX)
    write_whole(listed, f"{sha256}  {path.name}\n")
    return listed


def checksum(path: Path, listed: Path) -> Iterator[str]:
    """Yield that a file has another sum than the list."""
    if hash_file(path) != stated(listed, path):
        yield f"it has another SHA-256 than {listed.name} says: it is damaged, copy it again"


def signature(listed: Path, signed: Path) -> Iterator[str]:
    """Yield that a list of sums is not what was signed."""
    command = [programs.find("ssh-keygen"), "-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(signed)]
    if subprocess.run(command, input=listed.read_bytes(), capture_output=True, check=False).returncode:
        yield f"{signed.name} is no signature of {listed.name}"


def ova(path: Path) -> Iterator[str]:
    """Yield what an OVA's manifest finds (DSP0243: descriptor, manifest, disk, in this order)."""
    with tarfile.open(path, "r:") as tar:
        members = tar.getmembers()
        ends = [member.name.rpartition(".")[2] for member in members]
        if ends != ["ovf", "mf", "vmdk"]:
            yield f"its members are {', '.join(ends) or 'none'}, not ovf, mf, vmdk: it is cut off or damaged"
            return
        said = parse_manifest(_file(tar, members[1]).read())
        for member in (members[0], members[2]):
            with _file(tar, member) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if said.get(member.name) != digest:
                yield f"{member.name} has another SHA-256 than in the manifest: it is damaged, copy it again"


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo) -> tarfile.ExFileObject:
    file = tar.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is not a plain file")
    return file  # type: ignore[return-value]


def utm(path: Path) -> Iterator[str]:
    """Yield what the zip file's CRC finds."""
    with zipfile.ZipFile(path) as archive:
        if bad := archive.testzip():
            yield f"{bad} is damaged, copy the file again"


def blobs(folder: Path) -> Iterator[str]:
    """Yield the files of an image layout that have another SHA-256 than their names."""
    found = [path for path in (folder / "blobs/sha256").iterdir() if hash_file(path) != path.name]
    for path in found:
        yield f"{path.name[:12]} has another SHA-256 than its name: it is damaged, copy it again"
