"""Folders and files as a set-up wants them, for this repository's modules: made, owned and dressed, once.

Root writes with its own rights only where no other account can change a folder on the way (``boundary``).
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.boundary import ANYBODY, BoundaryError, Place, rights_of, survey

Item = dict[str, Any]


_SHARED = {"path": {"type": "path", "required": True}, "owner": {"type": "str"}}
FOLDERS: Item = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": _SHARED
    | {
        "mode": {"type": "str", "default": "0755"},
        "fresh": {"type": "bool", "default": False},
    },
}
"""What a module's argument of folders may say."""
FILES: Item = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": _SHARED
    | {
        "content": {"type": "str", "required": True, "no_log": False},
        "mode": {"type": "str", "default": "0644"},
    },
}
"""The same of files."""


def user_id(owner: str | None) -> int | None:
    """Return the number of an account, the caller's where none is named; None: it is not there yet."""
    try:
        return pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
    except KeyError:
        return None


def whose(item: Item, place: Place) -> int | None:
    """Return with whose rights an item is placed; refuse what would be another's in somebody's folder."""
    owner = user_id(item["owner"])
    if place.account is None:
        return None
    if place.account == ANYBODY or (item["owner"] and owner != place.account):
        raise BoundaryError(
            f"{place.name} can change {place.folder}, so root places nothing of {item['owner'] or 'its own'} "
            f"there; choose another folder than {item['path']}"
        )
    return place.account


def differs(path: Path, item: Item) -> bool:
    """Tell whether the mode or the owner of what is there must change."""
    found = path.stat()
    owner = user_id(item["owner"])
    wrong_owner = os.geteuid() == 0 and owner not in (None, found.st_uid)
    return stat.S_IMODE(found.st_mode) != int(item["mode"], 8) or wrong_owner


def dress(path: Path, item: Item) -> None:
    """Give a file or folder its mode and its owner."""
    owner = user_id(item["owner"])
    if os.geteuid() == 0 and owner is not None and owner != path.stat().st_uid:
        os.chown(path, owner, pwd.getpwuid(owner).pw_gid)
    path.chmod(int(item["mode"], 8))


def is_anothers(path: Path, item: Item) -> bool:
    """Tell whether something lies there that another account than the owner may have made."""
    try:
        return os.geteuid() == 0 and os.lstat(path).st_uid != user_id(item["owner"])
    except FileNotFoundError:
        return False


def clear(path: Path) -> None:
    """Remove what lies there, whatever it is; of a link, the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def place_folder(item: Item, check: bool, foreseen: set[Path]) -> bool:
    """Make a folder with those above it; return whether that changed anything.

    Args:
        item: What the module was given.
        check: Change nothing.
        foreseen: Folders that another account has now, and has no longer when what comes before is done.
    """
    above = survey(Path(item["path"]).parent, inside=True)
    stale = bool(item.get("fresh")) and is_anothers(above.path / Path(item["path"]).name, item)
    if stale and above.account is None and not check:
        clear(above.path / Path(item["path"]).name)
    place = survey(item["path"])
    if check and place.account is not None and place.folder in foreseen:
        return True
    with rights_of(whose(item, place)):
        if not stale and place.path.is_dir() and not differs(place.path, item):
            return False
        if not check:
            place.path.mkdir(parents=True, exist_ok=True)
            dress(place.path, item)
    return True


def old_content(path: Path) -> str | None:
    """Return what stands in a file; None when there is none, or something else."""
    try:
        # What is no file, as a pipe, is not waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        if path.is_symlink():
            return None
        raise
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        return file.read() if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def place_file(item: Item, check: bool, foreseen: set[Path]) -> str | None:
    """Write a file unless it is there as wanted; return what stood there, or None if nothing changed."""
    folder = survey(Path(item["path"]).parent, inside=True)
    path = folder.path / Path(item["path"]).name
    if check and folder.account is not None and folder.folder in foreseen:
        return ""
    with rights_of(whose(item, folder)):
        before = old_content(path)
        same = before == item["content"]
        if same and not differs(path, item):
            return None
        if not check and same:
            dress(path, item)
        elif not check:
            write(path, item)
    return before or ""


def write(path: Path, item: Item) -> None:
    """Write beside and rename, so that nobody ever reads half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(item["content"])
            file.flush()
            os.fsync(file.fileno())
        dress(beside, item)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def describe(item: Item, before: str) -> dict[str, str]:
    """Return one file's entry for ``--diff``."""
    path = item["path"]
    return {"before_header": path, "after_header": path, "before": before, "after": item["content"]}


def place(folders: list[Item], files: list[Item], check: bool) -> dict[str, Any]:
    """Make what is missing or different; return the module's result."""
    foreseen: set[Path] = set()
    paths = []
    for item in folders:
        if place_folder(item, check, foreseen):
            paths.append(item["path"])
            foreseen.add(Path(os.path.normpath(item["path"])))
    before = [(item, place_file(item, check, foreseen)) for item in files]
    written = [(item, old) for item, old in before if old is not None]
    diff = [describe(item, old) for item, old in written]
    paths += [item["path"] for item, _ in written]
    return {"changed": bool(paths), "paths": paths, "diff": diff}
