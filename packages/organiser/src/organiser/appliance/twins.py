"""Keep once what a root holds several times, as its environments do: a disk, a tar and an image are smaller.

Where a cache of uv's lies on the same file system, uv links what environments have in common. While an
appliance is built, the cache lies on another one, and uv copies.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from pathlib import Path

from organiser.appliance.members import walk
from workshop.system.files import hash_file

LEAST = 4096
"""Bytes. A smaller file is hardly larger than a second name of another one."""
PLACES = ("opt/workshop/venvs", "usr")
"""Where nobody writes into a file: who changes one there puts another in its place."""
SCRATCH = "opt/workshop/.twin"
"""A name for a link until it takes a file's place. A run that was killed may leave it."""


def link(root: Path) -> int:
    """Make files with the same contents, owner, rights and attributes one; return how many bytes that saves.

    Of Python's sources only those of the same date, which what is compiled of them remembers. Safe to kill
    and to run again. Raises OSError when the root cannot be changed.
    """
    scratch, saved = root / SCRATCH, 0
    scratch.unlink(missing_ok=True)
    for paths in _alike(root):
        first: dict[str, Path] = {}
        for path in paths:
            one = first.setdefault(hash_file(path), path)
            if one.samefile(path):
                continue
            saved += path.stat().st_size if path.stat().st_nlink == 1 else 0
            scratch.hardlink_to(one)
            scratch.replace(path)
    return saved


def _alike(root: Path) -> list[list[Path]]:
    """Return files that may be the same: all but their contents is."""
    found: dict[tuple[object, ...], list[Path]] = defaultdict(list)
    for place in PLACES:
        if not (root / place).is_dir():
            continue
        for _, entry in walk(root / place, root):
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode) or status.st_size < LEAST:
                continue
            names = os.listxattr(entry.path, follow_symlinks=False)
            attributes = [(name, os.getxattr(entry.path, name, follow_symlinks=False)) for name in names]
            date = int(status.st_mtime) if entry.name.endswith(".py") else 0
            same = (status.st_size, status.st_mode, status.st_uid, status.st_gid, date, *sorted(attributes))
            found[same].append(Path(entry.path))
    return [paths for paths in found.values() if len(paths) > 1]
