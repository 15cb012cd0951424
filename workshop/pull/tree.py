"""A verified revision as plain files that can be run, and as a repository that can be synced from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from workshop.sync.mirror import OFFER, Item, Mirror
from workshop.sync.source import unsafe
from workshop.sync.trust import Revision

ORDINARY = {"100644": 0o644, "100755": 0o755}
"""Git's modes of files, and ours; links and other repositories are left out."""
PREFIX = "source-"
CURRENT = "current"


def export(mirror: Mirror, commit: str, into: Path) -> None:
    """Write a revision's files into the new folder ``into``, without git's filters, hooks or links.

    The folder appears with all its files in it, flushed to the disk, or not at all.
    """
    beside = into.with_name(f".{into.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    items = [item for item in mirror.tree(commit, ".", commit[:8]) if _is_wanted(item)]
    for item, data in zip(items, mirror.blobs(item.name for item in items), strict=True):
        _write(beside / item.path, data, ORDINARY[item.mode])
    os.sync()
    beside.rename(into)


def _is_wanted(item: Item) -> bool:
    inside_git = any(part.casefold() == ".git" for part in item.path.split("/"))
    return item.mode in ORDINARY and not unsafe(item.path) and not inside_git


def _write(file: Path, data: bytes, mode: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(mode)


def keep(mirror: Mirror, revision: Revision, folder: Path) -> Path:
    """Return the folder of a revision's files below ``folder``, written when it is not there yet."""
    tree = folder / f"{PREFIX}{revision.commit}"
    if not tree.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        export(mirror, revision.commit, tree)
    return tree


def make_current(tree: Path) -> None:
    """Point ``current`` at a tree; older trees than the one before it go."""
    link, beside = tree.parent / CURRENT, tree.parent / f".{CURRENT}.new"
    before = link.resolve().name
    beside.unlink(missing_ok=True)
    beside.symlink_to(tree.name)
    beside.replace(link)
    for old in tree.parent.glob(f"{PREFIX}*"):
        if old.name not in (tree.name, before):
            shutil.rmtree(old, ignore_errors=True)


def publish(mirror: Mirror, revision: Revision, branch: str) -> Path:
    """Let accounts of this machine sync from the mirror: exactly this revision, with its signature."""
    mirror.git.output("update-ref", f"refs/heads/{branch}", revision.commit)
    mirror.git.output("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    if revision.tag:
        mirror.git.output("update-ref", f"refs/tags/{revision.tag}", f"{OFFER}/tags/{revision.tag}")
    return mirror.git.repository
