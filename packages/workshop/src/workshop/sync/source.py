"""Where new versions come from: the files of one revision, whatever they were read from."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workshop.errors import WorkshopError
from workshop.sync.notebook import Version

CACHES = {"__pycache__", "node_modules"}
LARGEST_BYTES = 1_000_000_000
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Source:
    """The files of one revision, by their path below the folder (with ``/``)."""

    files: Mapping[str, Version]
    skipped: Mapping[str, str]
    """Paths that are not delivered, with the reason."""
    revision: str
    """A short name of exactly this content."""
    place: Path | None = None
    """The folder that it was read from; None when it is none."""
    news: str = ""
    """What the organiser says about this revision."""
    notes: tuple[str, ...] = ()
    """What else people should know."""
    finished: Callable[[], None] = field(default=lambda: None)
    """To be called once everything was delivered."""


def unsafe(path: str) -> str:
    """Say why a path from upstream must not be used; empty when it may."""
    parts = path.split("/")
    if path.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return "its path leads out of the folder"
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path) or "\\" in path:
        return "its name has characters that not every machine can show"
    if any(len(part.encode()) > 200 for part in parts):
        return "its name is too long"
    return ""


def hidden(path: str) -> bool:
    """Tell whether a path is a tool's own business: hidden, a cache, or a checkpoint of Jupyter's."""
    return any(
        part in CACHES or (part.startswith(".") and part not in (".", "..")) for part in path.split("/")
    )


def unreal(data: bytes) -> str:
    """Say why a file's content is not the real one; empty when it is."""
    if len(data) < 1024 and data.startswith(LFS_POINTER):
        return "it is only a pointer to a large file that is kept elsewhere (git LFS)"
    return ""


def read_folder(folder: Path, subdir: str, version: Callable[[Path], Version | None] | None = None) -> Source:
    """Read a checkout's or a stick's ``subdir``; hidden files and caches stay behind.

    ``version`` reads one file. Raises WorkshopError when there is no such folder or it holds no file.
    """
    root = (folder / subdir).resolve()
    if not root.is_relative_to(folder.resolve()):
        raise WorkshopError(f"{subdir} leads out of {folder}; name a folder inside it")
    if not root.is_dir():
        raise WorkshopError(f"there is no folder {subdir} in {folder}; name another source with --from")
    read = version or (lambda file: Version(file.read_bytes()))
    files: dict[str, Version] = {}
    skipped: dict[str, str] = {}
    for path, mode in _walk(root):
        shown = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
        if why := unsafe(path) or _unfit(mode, root / path):
            skipped[shown] = why
            continue
        try:
            found = read(root / path)
        except OSError as error:
            skipped[shown] = f"the workshop's file cannot be read: {error.strerror}"
            continue
        if found is not None:
            small = (root / path).stat().st_size < 1024
            if small and (why := unreal(found.data)):
                skipped[path] = why
            else:
                files[path] = found
    if not files:
        raise WorkshopError(f"{root} holds no notebook; name another source with --from")
    return Source(files, skipped, content_revision(files), place=root)


def _walk(root: Path) -> Iterator[tuple[str, int]]:
    """Yield every path below ``root`` with its mode, links unfollowed, hidden ones left out."""
    for folder, folders, names in os.walk(root):
        below = PurePosixPath(os.path.relpath(folder, root))
        folders[:] = sorted(name for name in folders if not hidden(name))
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in sorted([*names, *links]):
            if not hidden(name):
                yield str(below / name), (Path(folder) / name).lstat().st_mode


def _unfit(mode: int, file: Path) -> str:
    if stat.S_ISLNK(mode):
        return "the workshop's file is a link, which is never followed"
    if not stat.S_ISREG(mode):
        return "the workshop's file is no ordinary file"
    if file.stat().st_size > LARGEST_BYTES:
        return "the workshop's file is larger than a gigabyte"
    return ""


def content_revision(files: Mapping[str, Version]) -> str:
    """Hash names and contents: the same revision wherever the same content lies."""
    digest = hashlib.sha256()
    for path, version in sorted(files.items()):
        digest.update(f"{path}\0{version.sha256}\n".encode())
    return digest.hexdigest()[:8]
