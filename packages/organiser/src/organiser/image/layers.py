"""Layers: a part of the root as a compressed tar, known by what is in it, and made once.

A layer has two sums (image-spec, "Layer DiffID"): of the tar, which the configuration names, and of the
compressed file, by which it is stored and fetched. They are compressed by zstd ("+zstd Media Types"): podman,
containerd, and Docker since version 23 read them.
"""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from organiser.appliance.members import Added, add, info_of, put, walk
from organiser.appliance.scratch import whole
from organiser.image import layout, lean
from organiser.image.view import View
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file

MAKERS_VERSION = 4
"""Raised when the same root is to give other layers."""
MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar+zstd"
WORDS = ("-12", "--long=27", "-T2", "--quiet")
"""Higher levels, and wider windows than 128 MiB, ask more memory of a reader than it gives unasked."""
Add = Callable[[tarfile.TarFile], None]


@dataclass(frozen=True)
class Layer:
    """One layer, whole and on disk."""

    name: str
    path: Path
    bytes: int
    digest: str
    """SHA-256 of the compressed file, as ``sha256:…``."""
    diff_id: str
    """SHA-256 of the tar in it, likewise."""


def ensure(folder: Path, name: str, key: str, fill: Add) -> Layer:
    """Return a layer, made unless a run before, perhaps a killed one, has made it of the same.

    key: stands for everything that decides what ``fill`` adds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = hashlib.sha256(f"{MAKERS_VERSION} {name} {key}".encode()).hexdigest()[:24]
    path, record = folder / f"{name}-{known}.tar.zst", folder / f"{name}-{known}.json"
    if path.is_file() and record.is_file():
        said = json.loads(record.read_text(encoding="utf-8"))
        return Layer(name, path, said["bytes"], said["digest"], said["diff_id"])
    record.unlink(missing_ok=True)
    with whole(path) as partial:
        plain = partial.with_name(f"{partial.name}.tar")
        with tarfile.open(plain, "w", format=tarfile.PAX_FORMAT) as tar:
            fill(tar)
        diff_id = f"sha256:{hash_file(plain)}"
        compress(plain, partial)
        plain.unlink()
        size, digest = partial.stat().st_size, f"sha256:{hash_file(partial)}"
    made = Layer(name, path, size, digest, diff_id)
    with whole(record) as partial:
        partial.write_text(json.dumps(asdict(made) | {"path": path.name}), encoding="utf-8")
    return made


def of_root(root: Path, name: str, epoch: int) -> Add:
    """Return what adds the part of a root that belongs into a layer, each folder before what it holds."""

    def fill(tar: tarfile.TarFile) -> None:
        links: dict[tuple[int, int], str] = {}
        parents = Parents(tar, root, epoch)
        for path, entry in walk(root, root):
            if layout.layer_of(path) != name or not layout.shows(path) or not lean.keeps(path):
                continue
            there = layout.renamed(path)
            info = info_of(there, entry, links, epoch)
            if info is None or info.ischr() or info.isblk():
                continue
            if layout.is_written(there):
                # Whoever starts it, by whatever number: a new volume gets these rights from here, and what
                # the build compiled is of use to others than the account that it was made for.
                owners = (info.mode & stat.S_IRWXU) >> 6
                info.mode |= owners << 3 | owners
            parents.ensure(there)
            put(tar, info, entry.path)
            if info.isdir():
                parents.there.add(there)

    return fill


class Parents:
    """Adds the folders above a member, with the rights that they have in the root."""

    def __init__(self, tar: tarfile.TarFile, root: Path, epoch: int) -> None:
        """Begin with none."""
        self._tar, self._root, self._epoch = tar, root, epoch
        self.there = {"."}

    def ensure(self, path: str) -> None:
        """Add what is missing above a path."""
        for above in reversed(PurePosixPath(path).parents):
            name = above.as_posix()
            if name in self.there:
                continue
            self.there.add(name)
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, self._epoch
            if (self._root / name).is_dir():
                status = (self._root / name).stat()
                info.mode, info.uid, info.gid = stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid
            self._tar.addfile(info)


def of_packages(folder: Path, epoch: int) -> Add:
    """Return what adds a folder of Python packages as the hub's."""

    def fill(tar: tarfile.TarFile) -> None:
        parents = Parents(tar, folder / "no root", epoch)
        for path, entry in walk(folder, folder):
            there = f"{layout.HUB_PACKAGES}/{path}"
            info = info_of(there, entry, {}, epoch)
            if info is None:
                continue
            parents.ensure(there)
            info.uid = info.gid = 0
            # Not when it was fetched: the same packages are the same layer.
            info.mtime = epoch
            info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
            put(tar, info, entry.path)
            if info.isdir():
                parents.there.add(there)

    return fill


def of_own(root: Path, seen: View, epoch: int) -> Add:
    """Return what adds that which the root does not have."""

    def fill(tar: tarfile.TarFile) -> None:
        parents = Parents(tar, root, epoch)
        both: dict[str, Added | int] = {**seen.added, **seen.folders}
        for path, what in sorted(both.items()):
            parents.ensure(path)
            if isinstance(what, Added):
                add(tar, path, what, epoch)
                continue
            info = tarfile.TarInfo(path)
            info.type, info.mode, info.mtime = tarfile.DIRTYPE, what, epoch
            info.uid = info.gid = layout.UID
            tar.addfile(info)
            parents.there.add(path)

    return fill


def compress(plain: Path, target: Path) -> None:
    """Write a file compressed; the same bytes give the same file. WorkshopError when zstd fails."""
    programs.run("zstd", *WORDS, "--force", plain, "-o", target)


@contextmanager
def uncompressed(packed: Path) -> Iterator[BinaryIO]:
    """Read what a file holds compressed.

    Raises WorkshopError when it is damaged.
    """
    with subprocess.Popen(
        [programs.find("zstd"), "--decompress", "--stdout", "--quiet", packed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield cast(BinaryIO, process.stdout)
        while process.stdout.read(1 << 20):
            pass
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise WorkshopError(f"{packed.name} is damaged: {programs.last_line(said)}")
