"""Where new versions come from: the files of one revision. ``offer`` makes one of a repository's."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workshop.errors import WorkshopError
from workshop.sync.files import (
    reason,
    shown,
    unsafe,
)
from workshop.sync.git import check_url, without_password
from workshop.sync.mirror import MOST_FILES
from workshop.sync.notebook import MOST_MEMORY, Version

BUNDLE = ".bundle"
PACKED = ".zip"
"""How the name of a folder ends that another machine packed (``workshop.sync.home``)."""
CACHES = {"__pycache__", "node_modules"}
LARGEST_BYTES = 64_000_000
MOST_BYTES = 1_000_000_000
"""And ``MOST_FILES`` are what one revision may have: nobody's mistake is to fill a disk."""
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Heard:
    """What an address answered, and how long the same answer means the same revision."""

    url: str
    refs: bytes
    until: int
    """From then on, in seconds since 1970, there is more to be said about it."""
    files: tuple[Path, ...]
    """What else the choice depended on."""


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
    equal: bool = False
    """Whether it is another folder of the participant's: then no side's answer goes before the other's."""
    heard: Heard | None = None
    """What the address said that it came from; None when it came from none."""
    finished: Callable[[], None] = field(default=lambda: None)
    """To be called once everything was delivered."""
    close: Callable[[], None] = field(default=lambda: None)
    """To be called when nothing more is read."""

    def is_unknown(self, path: str) -> bool:
        """Tell whether a path, or a folder above it, was skipped: it is not known to be gone."""
        places = (path, *map(str, PurePosixPath(path).parents))
        return any(place in self.skipped for place in places)


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


def too_large(sizes: Iterable[int]) -> str:
    """Say why a revision is too large to be taken; empty when it is not."""
    listed = list(sizes)
    if len(listed) > MOST_FILES:
        return f"has more than {MOST_FILES} files"
    if sum(size for size in listed if size <= LARGEST_BYTES) > MOST_BYTES:
        return f"is larger than {MOST_BYTES // 1_000_000} MB"
    return ""


def read_folder(folder: Path, subdir: str, hashes: Callable[[Path], Version | None] | None = None) -> Source:
    """Read a checkout's or a stick's ``subdir``; hidden files and caches stay behind.

    ``hashes`` knows the hash of a file that was read before. Raises WorkshopError when there is no such
    folder or it holds no file.
    """
    root = (folder / subdir).resolve()
    if not root.is_relative_to(folder.resolve()):
        raise WorkshopError(f"{subdir} leads out of {folder}; name a folder inside it")
    if not root.is_dir():
        raise WorkshopError(f"there is no folder {subdir} in {folder}; name another source with --from")
    read = hashes or (lambda file: Version(file.read_bytes(), file.read_bytes))
    files: dict[str, Version] = {}
    skipped: dict[str, str] = {}
    for path in _walk(root, skipped):
        try:
            status = (root / path).lstat()
            why = unsafe(path) or _unfit(status)
            found = None if why else read(root / path)
            if found is not None and status.st_size < 1024:
                why = unreal(found.data)
            elif found is None and not why:
                why = "the workshop's file vanished while it was read"
        except Exception as error:  # one file of the workshop's stops no other
            why, found = f"the workshop's file cannot be read: {reason(error)}", None
        if why:
            skipped[shown(path)] = why
        elif found is not None:
            found.most_memory = MOST_MEMORY
            files[path] = found
            found.forget()
        if why := too_large(each.size for each in files.values()) if len(files) % 1000 == 0 else "":
            raise WorkshopError(f"{root} {why}; name another source with --from")
    if not files:
        raise WorkshopError(f"{root} holds no notebook; name another source with --from")
    return Source(files, skipped, content_revision(files), place=root)


def _walk(root: Path, skipped: dict[str, str]) -> Iterator[str]:
    """Yield every path below ``root``, links unfollowed, hidden ones left out; name locked folders."""

    def locked(error: OSError) -> None:
        folder = os.path.relpath(error.filename, root)
        skipped[shown(folder)] = f"the workshop's folder cannot be read: {reason(error)}"

    for folder, folders, names in os.walk(root, onerror=locked):
        below = PurePosixPath(os.path.relpath(folder, root))
        folders[:] = sorted(name for name in folders if not hidden(name))
        links = [name for name in folders if _is_link(Path(folder) / name)]
        yield from (str(below / name) for name in sorted([*names, *links]) if not hidden(name))


def _is_link(place: Path) -> bool:
    """Tell whether a folder is only a link; of what lies in a locked folder nobody can tell."""
    try:
        return place.is_symlink()
    except OSError:
        return False


def _unfit(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "the workshop's file is a link, which is never followed"
    if not stat.S_ISREG(status.st_mode):
        return "the workshop's file is no ordinary file"
    return too_long(status.st_size)


def too_long(size: int) -> str:
    """Say why a file of this size is not delivered; empty when it is."""
    return f"it is larger than {LARGEST_BYTES // 1_000_000} MB" if size > LARGEST_BYTES else ""


def content_revision(files: Mapping[str, Version]) -> str:
    """Hash names and contents: the same revision wherever the same content lies."""
    digest = hashlib.sha256()
    for path, version in sorted(files.items()):
        digest.update(f"{path}\0{version.sha256}\n".encode())
    return digest.hexdigest()[:8]


def is_address(source: str) -> bool:
    """Tell whether a source is a git address rather than a path."""
    return "://" in source or bool(re.match(r"[\w.-]+@[\w.-]+:", source))


def repository_in(folder: Path) -> Path | None:
    """Return the git repository or bundle that ``folder`` is or carries; None when there is none.

    Of several bundles the one whose name comes last counts: names carry dates or versions.
    """
    if folder.is_file():
        return folder if folder.suffix == BUNDLE else None
    if (folder / ".git").exists() or ((folder / "objects").is_dir() and (folder / "HEAD").is_file()):
        return folder
    bundles = sorted(
        (file for depth in ("*", "*/*") for file in folder.glob(depth + BUNDLE) if file.is_file()),
        key=lambda file: file.name,
    )
    return bundles[-1] if bundles else None


def folder_with(folder: Path, subdir: str) -> Path:
    """Return the folder that holds ``subdir``: the stick itself, or the one folder on it that does.

    Raises WorkshopError when there is no such folder, or more than one.
    """
    if (folder / subdir).is_dir():
        return folder
    inside = [each for each in sorted(folder.glob("*")) if (each / subdir).is_dir() and not each.is_symlink()]
    if len(inside) > 1:
        raise WorkshopError(f"{folder} has several folders with {subdir}; name one of them with --from")
    return inside[0] if inside else folder


@dataclass(frozen=True)
class Origin:
    """Where revisions come from."""

    url: str
    """What git is given: an address, or the path of a bundle or repository."""
    address: str
    """The address, without a password in it; empty for a stick, which may change its place."""

    @property
    def shown(self) -> str:
        """What people are told."""
        return self.address or self.url


def origin(source: str) -> Origin:
    """Tell what a source is; raises WorkshopError when git could not read it."""
    if is_address(source):
        check_url(source)
        return Origin(source, without_password(source))
    place = Path(source)
    if not place.exists():
        raise WorkshopError(f"there is no {place}; plug the stick in, or leave out --from")
    found = repository_in(place)
    if found is None:
        raise WorkshopError(f"{place} holds no git bundle; only git's history carries a signature")
    return Origin(str(found.resolve()), "")
