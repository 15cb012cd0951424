"""The repository as one file, from which a machine without a network is set up and updated."""

from __future__ import annotations

import filecmp
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.system import programs


def make(checkout: Path, target: Path) -> Path:
    """Write the checkout's branch, its tags and HEAD as a git bundle; leave a bundle that is the same.

    Raises WorkshopError when the folder is no checkout, or one without a commit.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    try:
        branch = programs.run("git", "-C", checkout, "branch", "--show-current").split()
        # One thread: the same history makes the same file, so that an update copies what changed.
        names = ("HEAD", *branch, "--tags")
        git = ("-C", checkout, "-c", "pack.threads=1")
        programs.run("git", *git, "bundle", "create", "--quiet", new, *names)
    except WorkshopError as error:
        raise WorkshopError(f"{checkout}: {error}; name a checkout that has a commit") from error
    if not (target.is_file() and filecmp.cmp(new, target, shallow=False)):
        new.replace(target)
    new.unlink(missing_ok=True)
    return target
