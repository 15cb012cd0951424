"""Keep once what a root holds several times, as its environments do: a disk, a tar and an image are smaller.

Where a cache of uv's lies on the same file system, uv links what environments have in common. While an
appliance is built, the cache lies on another one, and uv copies.
"""

from __future__ import annotations

from pathlib import Path

from workshop.core import programs

LEAST = 4096
"""Bytes. A smaller file is hardly larger than a second name of another one."""
PLACES = ("opt/workshop/venvs", "usr")
"""Where nobody writes into a file: whoever changes one there puts another in its place."""


def link(root: Path) -> None:
    """Make files with the same contents, owner, rights and attributes one; safe to kill and to run again.

    Of Python's sources only those of the same date, which what is compiled of them remembers. Raises
    WorkshopError when hardlink(1), of util-linux, is missing or fails.
    """
    places = [root / place for place in PLACES if (root / place).is_dir()]
    for which in (("--ignore-time", "--exclude", r"\.py$"), ("--include", r"\.py$")):
        if places:
            programs.run(
                "hardlink", "--quiet", "--respect-xattrs", "--minimum-size", str(LEAST), *which, *places
            )
