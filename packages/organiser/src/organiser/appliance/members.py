"""The members of a tar that holds a root: sorted, with fixed dates, the same for the same root."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop.core.errors import WorkshopError


@dataclass(frozen=True)
class Added:
    """A file or link that the root does not have, or has with other contents."""

    data: bytes = b""
    mode: int = 0o644
    link: str = ""
    gid: int = 0


def account_of(root: Path) -> list[str]:
    """Return the fields of passwd(5) of the workshop's account; WorkshopError when a root has none."""
    try:
        user = json.loads((root / "etc/workshop-appliance.json").read_text(encoding="utf-8"))["user"]
        lines = (root / "etc/passwd").read_text(encoding="utf-8").splitlines()
        return next(line.split(":") for line in lines if line.startswith(f"{user}:"))
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise WorkshopError(
            f"{root} has no workshop account; build it with 'workshop appliance build'"
        ) from error


def walk(folder: Path, root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield path and entry of everything below a folder, sorted, each folder before what it holds."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            yield Path(entry.path).relative_to(root).as_posix(), entry
            if entry.is_dir(follow_symlinks=False):
                yield from walk(Path(entry.path), root)


def info_of(
    path: str, entry: os.DirEntry[str], links: dict[tuple[int, int], str], epoch: int
) -> tarfile.TarInfo | None:
    """Return a member's header; None for what no tar holds: sockets."""
    status = entry.stat(follow_symlinks=False)
    info = tarfile.TarInfo(path)
    info.mode, info.uid, info.gid = stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid
    info.mtime = min(int(status.st_mtime), epoch)
    kinds = {
        stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFREG: tarfile.REGTYPE, stat.S_IFLNK: tarfile.SYMTYPE,
        stat.S_IFCHR: tarfile.CHRTYPE, stat.S_IFBLK: tarfile.BLKTYPE, stat.S_IFIFO: tarfile.FIFOTYPE,
    }  # fmt: skip
    kind = kinds.get(stat.S_IFMT(status.st_mode))
    if kind is None:
        return None
    info.type = kind
    if info.issym():
        info.linkname = os.readlink(entry.path)  # noqa: PTH115  (its text, to the letter)
    elif info.ischr() or info.isblk():
        info.devmajor, info.devminor = os.major(status.st_rdev), os.minor(status.st_rdev)
    elif info.isreg():
        first = links.setdefault((status.st_dev, status.st_ino), path) if status.st_nlink > 1 else path
        if first != path:
            info.type, info.linkname = tarfile.LNKTYPE, first
        else:
            info.size = status.st_size
    if not info.issym() and info.type != tarfile.LNKTYPE:
        info.pax_headers = _attributes(entry.path)
    return info


def _attributes(path: str) -> dict[str, str]:
    """Return capabilities of programs (ping has one), in the words of libarchive and GNU tar."""
    try:
        value = os.getxattr(path, "security.capability", follow_symlinks=False)
    except OSError:
        return {}
    return {"SCHILY.xattr.security.capability": value.decode("utf-8", "surrogateescape")}


def put(tar: tarfile.TarFile, info: tarfile.TarInfo, path: str) -> None:
    """Add a member with what the file of the root holds."""
    if info.isreg():
        with Path(path).open("rb") as file:
            tar.addfile(info, file)
    else:
        tar.addfile(info)


def add(tar: tarfile.TarFile, path: str, added: Added | None, epoch: int) -> None:
    """Add what the root does not have; None is a folder."""
    info = tarfile.TarInfo(path)
    info.mtime = epoch
    if added is None:
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(info)
    elif added.link:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, added.link, added.mode
        tar.addfile(info)
    else:
        info.size, info.mode, info.gid = len(added.data), added.mode, added.gid
        tar.addfile(info, io.BytesIO(added.data))
