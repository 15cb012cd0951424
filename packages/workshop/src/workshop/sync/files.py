"""Files and folders: atomic writes, one lock, paths that never leave their folder, names fit to be shown."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from workshop.core import files as system_files
from workshop.core.errors import WorkshopError

SPARE_BYTES = 20_000_000
SPARE_INODES = 200
"""What a sync leaves of a disk, beside what it writes: Jupyter could not save either."""
UNFINISHED = (".workshop-sync-", ".tmp")
"""How the names of unfinished files begin and end."""
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal, turns the direction of writing, or cannot be written at all."""
CHANGED = "it changed while the sync ran; the next sync looks again"


class ChangedError(Exception):
    """A file is no longer what it was when it was first read."""


def shown(text: str) -> str:
    """Return text from anywhere without what steers a terminal, for people to read."""
    return STEERING.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """Return a letter as an escape; what stands for a byte that is no text shows that byte."""
    number = ord(found[0])
    return f"\\x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else ascii(found[0])[1:-1]


def fingerprint(place: Path) -> tuple[int, ...]:
    """Return what changes whenever a file's content does; nothing when there is none."""
    status = status_of(place)
    # The kernel sets the third number itself.
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) if status else ()


def write_atomically(target: Path, data: bytes, is_own: bool = False) -> None:
    """Write beside, flush to the disk, rename: the target is the old or the new file, never half of one.

    Raises ChangedError when somebody wrote the target meanwhile, unless it ``is_own``: nobody else's.
    """
    ensure_folder(target.parent)
    old, known = status_of(target), fingerprint(target)
    beside = target.with_name(secrets.token_hex(8).join(UNFINISHED))
    # The system takes the umask off; asking for it would change it for every thread of the process.
    mode = 0o666 if old is None else 0o600
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _dress_like(old, target.parent, file.fileno())
            os.fsync(file.fileno())
        if not is_own and fingerprint(target) != known:
            raise ChangedError(CHANGED)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def ensure_folder(folder: Path) -> None:
    """Make a folder and those above it; root makes them for the owner of the place."""
    if folder.is_dir():
        return
    ensure_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        place = folder.parent.stat()
        if os.geteuid() == 0 and place.st_uid != 0:
            os.chown(folder, place.st_uid, place.st_gid)
        flush_folder(folder.parent)


def status_of(place: Path) -> os.stat_result | None:
    """Return what stands at a path, links unfollowed; None when nothing does."""
    try:
        return place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _dress_like(old: os.stat_result | None, folder: Path, descriptor: int) -> None:
    """Give a new file the mode and owner of the one that it replaces; without one, the folder's owner."""
    # FAT has the same mode for all files and refuses to be given one.
    if old and os.fstat(descriptor).st_mode != old.st_mode:
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    like = old or folder.stat()
    if os.geteuid() == 0 and (like.st_uid, like.st_gid) != (0, 0):
        os.fchown(descriptor, like.st_uid, like.st_gid)


def read_own(file: Path) -> bytes:
    """Return what an ordinary file holds; raises OSError for anything else, such as a pipe, at once."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(file))
        return opened.read()


def read_json(file: Path) -> Any:
    """Return the document that a file holds; raises OSError, ValueError or RecursionError without one."""
    return json.loads(read_own(file).decode())


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def from_json(kind: Any, value: Any, strict: bool = False) -> Any:
    """Return what JSON holds as a value of a type: a dataclass, a container, a path, a plain value.

    A field that a dataclass does not have is left out, or with ``strict`` a fault. Raises TypeError or
    ValueError for what is of another type.
    """
    origin, parts = get_origin(kind) or kind, get_args(kind)
    if origin is UnionType:  # of something and None
        return None if value is None else from_json(parts[0], value)
    if is_dataclass(origin) and type(value) is dict:
        kinds = _kinds(kind)
        if strict and (strange := value.keys() - kinds):
            raise TypeError(f"{min(strange)} is unknown")
        known = {name: from_json(kinds[name], each) for name, each in value.items() if name in kinds}
        return kind(**known)
    if origin in (dict, Mapping) and type(value) is dict:
        return {from_json(parts[0], name): from_json(parts[1], each) for name, each in value.items()}
    if origin is tuple and type(value) is list:
        each_kind = parts[:1] * len(value) if parts[-1] is ... else parts
        return tuple(from_json(*each) for each in zip(each_kind, value, strict=True))
    if hasattr(kind, "_fields") and type(value) is list:  # a named tuple
        return kind(*(from_json(*each) for each in zip(_kinds(kind).values(), value, strict=True)))
    if origin is list and type(value) is list:
        return [from_json(parts[0], each) for each in value]
    if type(value) is not (str if kind is Path else kind) or "\0" in str(value):
        raise TypeError(f"{value!r:.40} is not a {kind.__name__}")
    return Path(value) if kind is Path else value


def write_own(target: Path, data: bytes) -> None:
    """Write a file that only sync needs; a folder in its place is moved aside and stops nothing."""
    if target.is_dir() and not target.is_symlink():
        _move_aside(target)
    write_atomically(target, data, is_own=True)


def write_json(target: Path, document: Any) -> None:
    """Write a document that only sync needs, as people can read it."""
    write_own(target, (json.dumps(document, indent=1) + "\n").encode())


def make_way(folder: Path) -> None:
    """Move aside whatever else stands where sync has a folder of its own."""
    if not folder.is_dir() and os.path.lexists(folder):
        _move_aside(folder)


def _move_aside(place: Path) -> None:
    place.rename(place.with_name(f"{place.name}.aside-{secrets.token_hex(4)}"))


def remove(root: Path, path: str) -> None:
    """Delete a file below ``root``, and the folders that it leaves empty, so that they stay deleted."""
    (root / path).unlink()
    flush_folder((root / path).parent)
    prune(root, path)


def prune(root: Path, path: str) -> None:
    """Delete the folders between ``root`` and a file that is gone, if they are empty."""
    folder = (root / path).parent
    while folder != root:
        try:
            folder.rmdir()
            flush_folder(folder.parent)
        except FileNotFoundError:
            pass
        except OSError:  # it holds something else
            return
        folder = folder.parent


def flush_folder(folder: Path) -> None:
    """Flush a folder to the disk, where that can be done: a rename in it then outlives a power cut."""
    try:
        system_files.flush_folder(folder)
    except OSError as error:  # what was renamed is renamed: some shared and mounted folders know no more
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS):
            raise


def sha256_of(root: Path, path: str) -> str | None:
    """Return the hash of a file below ``root``; None when there is none, or something else has its place."""
    if obstacle(root, path) is not None:
        return None
    try:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_unfinished(folder: Path) -> None:
    """Delete what a killed sync left beside its targets; call it with the lock held."""
    if folder.is_dir() and not folder.is_symlink():
        for file in folder.glob("*".join(UNFINISHED)):
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(state: Path) -> Iterator[int]:
    """Hold the lock of a state folder; raises WorkshopError when another sync holds it.

    The kernel releases the lock with its process, so no killed sync leaves a stale one. Yields the lock's
    descriptor: a child that inherits it holds the lock until it ends, too.
    """
    ensure_folder(state)
    if (found := status_of(state / "lock")) is not None and not stat.S_ISREG(found.st_mode):
        _move_aside(state / "lock")
    lock = os.open(state / "lock", os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    try:
        if not system_files.take_lock(lock):
            raise WorkshopError("another update is running; try again when it has finished")
        yield lock
    finally:
        os.close(lock)


@dataclass(frozen=True)
class Obstacle:
    """Something of the participant's in the way of a path: which part of the path, and what it is."""

    part: int
    why: str


def obstacle(root: Path, path: str) -> Obstacle | None:
    """Say why ``path`` below ``root`` must not be written; None when it may.

    A link is never written through: it may point out of the participant's folder.
    """
    place = root
    parts = Path(path).parts
    for number, part in enumerate(parts):
        place = place / part
        if (status := status_of(place)) is None:
            return None
        last, mode, why = number == len(parts) - 1, status.st_mode, ""
        if stat.S_ISLNK(mode):
            why = "is a link, which is never written through"
        elif not last and not stat.S_ISDIR(mode):
            why = "is a file where the workshop has a folder"
        elif last and stat.S_ISDIR(mode):
            why = "is a folder where the workshop has a file"
        elif last and not stat.S_ISREG(mode):
            why = "is no ordinary file"
        if why:
            return Obstacle(number, f"{place.relative_to(root)} {why}")
    return None


def makes_way(root: Path, path: str, blocked: Obstacle, leaving: Container[str]) -> bool:
    """Tell whether what has the place of ``path`` is gone once the files of ``leaving`` are.

    A folder goes with its last file; one that is empty already is somebody's own.
    """
    place = str(PurePosixPath(*PurePosixPath(path).parts[: blocked.part + 1]))
    there = [root / place, *(root / place).rglob("*")]
    files = [file for file in there if file.is_symlink() or not file.is_dir()]
    return bool(files) and all(file.relative_to(root).as_posix() in leaving for file in files)


def beside_name(path: str, mark: str, part: int = -1, number: int = 1) -> str:
    """Return where another version goes: ``10-mlp.ipynb`` → ``10-mlp.upstream-REV.ipynb``.

    ``mark`` is added to a part of the path; ``number`` tells several such files apart.
    """
    parts = list(PurePosixPath(path).parts)
    last = part in (-1, len(parts) - 1)
    name = PurePosixPath(parts[part])
    stem, suffix = (name.stem, name.suffix) if last else (name.name, "")
    again = f"-{number}" if number > 1 else ""
    parts[part] = f"{stem}.{mark}{again}{suffix}"
    return str(PurePosixPath(*parts))


def free_place(into: Path, path: str, mark: str, sha256: str, part: int = -1) -> tuple[str, bool] | None:
    """Return a free name beside a file, and whether a file of this hash has it already; None for none."""
    for number in range(1, 100):
        name = beside_name(path, mark, part, number)
        if obstacle(into, name) is None:
            there = sha256_of(into, name)
            if there in (None, sha256):
                return name, there is not None
    return None


def protection(file: Path) -> str:
    """Say why an existing file must not be replaced although its folder allows it; empty when it may."""
    status = status_of(file)
    if status is not None and not status.st_mode & 0o222:
        return "your file is read-only"
    if status is not None and os.geteuid() not in (0, status.st_uid):
        return "your file belongs to another account"
    return ""


def unsafe(path: str) -> str:
    """Say why a path from upstream must not be used; empty when it may."""
    parts = path.split("/")
    if path.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return "its path leads out of the folder"
    if STEERING.search(path) or "\\" in path:
        return "its name has characters that not every machine can show"
    if any(len(part.encode()) > 200 for part in parts) or len(path.encode()) > 1000:
        return "its name is too long"
    return ""


def reason(error: BaseException) -> str:
    """Say in a few words why something could not be done with one file."""
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    if isinstance(error, MemoryError):
        return "it is too large for this machine's memory"
    known = type(error).__module__.startswith("workshop.") and str(error)
    return known or f"it is of a kind that nobody thought of, {type(error).__name__}"


def without_links(path: Path) -> Path:
    """Return a path without links on the way, also of what is not there; raises OSError for a loop.

    ``Path.resolve`` alone raises RuntimeError for one up to Python 3.12, and since then it returns the loop.
    """
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return Path(os.path.realpath(path, strict=True))
    return Path(os.path.realpath(path))


def both_apart(into: Path, state: Path) -> tuple[Path, Path]:
    """Return both folders without links on the way; raises WorkshopError when they cannot be used as such."""
    try:
        into, state = without_links(into), without_links(state)
    except OSError as error:
        raise WorkshopError(
            f"{into} or {state} is a loop of links; choose another --into or --state"
        ) from error
    require_apart(state, into, "--state")
    for place, option in ((into, "--into"), (state, "--state")):
        if place.exists() and not place.is_dir():
            raise WorkshopError(f"{place} is not a folder; choose another {option}")
    return into, state


def require_apart(other: Path, into: Path, option: str) -> None:
    """Raise WorkshopError when one folder lies within the other."""
    if other.is_relative_to(into) or into.is_relative_to(other):
        raise WorkshopError(f"{other} and {into} contain each other; choose another {option} or --into")


def existing(place: Path) -> Path:
    """Return the folder at or above a place that is there."""
    return next(parent for parent in (place, *place.parents) if parent.exists())


def require_room(place: Path, sizes: Sequence[int]) -> None:
    """Raise WorkshopError when a disk has no room for files of these sizes, and some to spare."""
    size, inodes = sum(sizes) + SPARE_BYTES, len(sizes) + SPARE_INODES
    disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize
    if free < size:
        raise WorkshopError(
            f"{place} has {free // 1_000_000} MB free and the update needs {size // 1_000_000} MB; "
            "delete what you do not need; nothing was changed"
        )
    # Some file systems make inodes as they go and say that they have none.
    if disk.f_files and disk.f_favail < inodes:
        raise WorkshopError(
            f"{place} has room for {disk.f_favail} more files and the update needs {inodes}; "
            "delete what you do not need; nothing was changed"
        )
