"""The files of a system, wherever they lie: in a disk's ext4, or in a tar."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_ISREG
from typing import Protocol

MOST_LINKS = 40
"""As Linux follows (path_resolution(7))."""
LARGEST = 1 << 20
"""A longer file is no text that a system reads its settings from."""
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Node:
    """What has a name."""

    mode: int
    """With the bits of its kind (inode(7))."""
    uid: int
    gid: int
    size: int
    link: str = ""
    """Where a symbolic link leads."""
    place: int = 0
    """Where the file system has it; its own matter."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder itself; a link to one is none."""
        return S_IFMT(self.mode) == S_IFDIR

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return S_IFMT(self.mode) == S_IFLNK


class Tree(Protocol):
    """A system's files. Paths begin with no slash; the root is the empty one."""

    def node(self, path: str) -> Node | None:
        """Return what has exactly this path, or None."""

    def names(self, path: str) -> list[str]:
        """Return the names in a folder; none where there is no such folder."""

    def contents(self, path: str, most: int) -> bytes:
        """Return the first bytes of a file that is there under exactly this path."""


def resolve(tree: Tree, path: str) -> str | None:
    """Return where a path leads, links inside the system followed; None when nowhere."""
    links, done = 0, ""
    waiting = [part for part in path.split("/") if part]
    while waiting:
        part = waiting.pop(0)
        if part == ".":
            continue
        if part == "..":
            done = posixpath.dirname(done)
            continue
        here = f"{done}/{part}".lstrip("/")
        node = tree.node(here)
        if node is None:
            return None
        if node.is_link:
            links += 1
            if links > MOST_LINKS:
                return None
            if node.link.startswith("/"):
                done = ""
            waiting = [each for each in node.link.split("/") if each] + waiting
        else:
            done = here
    return done


def read(tree: Tree, path: str, most: int = LARGEST) -> bytes | None:
    """Return the first bytes of a file, links followed; None when there is none."""
    found = resolve(tree, path)
    node = None if found is None else tree.node(found)
    if found is None or node is None or not S_ISREG(node.mode):
        return None
    return tree.contents(found, most)


def text(tree: Tree, path: str) -> str | None:
    """Return a text, links followed; None when there is none.

    Raises ValueError when it is longer than it may be: what stands behind would count, too.
    """
    found = resolve(tree, path)
    node = None if found is None else tree.node(found)
    if node is not None and not node.is_folder and node.size > LARGEST:
        raise ValueError(f"/{path} has {node.size} bytes, more than {LARGEST}")
    data = read(tree, path)
    return None if data is None else data.decode("utf-8", "replace")


def find(tree: Tree, pattern: str) -> list[str]:
    """Return the paths that match; a star stands for letters of one name.

    Links on the way are followed, for so does who reads a file there; the last name's own is not.
    """
    found = [""]
    for part in pattern.split("/"):
        found = [place for path in found if (place := _place(tree, path)) is not None]
        if any(sign in part for sign in "*?["):
            below = [f"{path}/{name}".lstrip("/") for path in found for name in tree.names(path)]
            found = [path for path in below if fnmatchcase(posixpath.basename(path), part)]
        else:
            below = [f"{path}/{part}".lstrip("/") for path in found]
            found = [path for path in below if tree.node(path) is not None]
    return found


def _place(tree: Tree, path: str) -> str | None:
    """Return where a folder is, a link followed."""
    node = tree.node(path)
    return resolve(tree, path) if node is not None and node.is_link else path


def walk(tree: Tree, folder: str) -> Iterator[str]:
    """Yield the paths of everything below a folder, each folder before what it holds.

    Raises ValueError when they are nested as in no system: a damaged one may hold itself.
    """
    if folder.count("/") > DEEPEST:
        raise ValueError(f"folders are nested more than {DEEPEST} deep")
    start = tree.node(folder)
    if start is not None and start.is_link:
        # It is known by where it leads: what looks for names below finds strange ones.
        folder = resolve(tree, folder) or folder
    for name in tree.names(folder):
        path = f"{folder}/{name}".lstrip("/")
        yield path
        node = tree.node(path)
        if node is not None and node.is_folder:
            yield from walk(tree, path)
