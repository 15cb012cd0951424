"""The files of a system, looked at without a mount: in a disk's file system (``ext4``) or in a tar.

Paths are below the system's root and begin with no slash. Links are not followed.
"""

from __future__ import annotations

import stat
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import BinaryIO


@dataclass(frozen=True)
class Node:
    """A file, folder, link or anything else that has a name."""

    inode: int
    mode: int
    uid: int
    gid: int
    size: int
    link: str = ""
    """Where a symbolic link of a tar leads."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder itself; a link to one is none."""
        return stat.S_ISDIR(self.mode)


ROOT = Node(2, stat.S_IFDIR, 0, 0, 0)


class Files(ABC):
    """The files of one system."""

    @abstractmethod
    def below(self, folders: Sequence[str]) -> Iterator[tuple[str, Node]]:
        """Yield what is right below each of the folders."""

    @abstractmethod
    def read(self, path: str) -> str:
        """Return a text; nothing where there is no such file."""

    def find(self, pattern: str) -> dict[str, Node]:
        """Return what has a path of this pattern; a star stands for any letters of one name."""
        found = {"": ROOT}
        for part in pattern.split("/"):
            folders = [path for path, node in found.items() if node.is_folder]
            found = {
                path: node
                for path, node in self.below(folders)
                if fnmatchcase(PurePosixPath(path).name, part)
            }
        return found

    def tree(self, folders: Iterable[str]) -> dict[str, Node]:
        """Return everything below these folders, each folder before what it holds."""
        found: dict[str, Node] = {}
        level = [path for path in folders if any(node.is_folder for node in self.find(path).values())]
        while level:
            below = dict(self.below(level))
            found |= below
            level = [path for path, node in below.items() if node.is_folder]
        return found


LARGEST = 2 << 20
"""Of a tar only the contents of smaller files are kept; bash, which tells the processor, has 1.3 MB."""
READ = (
    *("etc/", "opt/workshop/etc/", "opt/workshop/source/.git/config", "opt/workshop/VERSION"),
    *("usr/bin/bash", "usr/lib/wsl/", "usr/lib/workshop-image/"),
)
"""And only of these."""
KINDS = {
    tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK, tarfile.CHRTYPE: stat.S_IFCHR,
    tarfile.BLKTYPE: stat.S_IFBLK, tarfile.FIFOTYPE: stat.S_IFIFO,
}  # fmt: skip


class TarFiles(Files):
    """What one tar, or several layers one over the other, unpack to."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._folders: dict[str, dict[str, Node]] = {"": {}}
        self._texts: dict[str, bytes] = {}

    def add(self, stream: BinaryIO) -> None:
        """Add the members of a tar, read from front to back; an image's layers have no whiteouts of ours."""
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                path = member.name.strip("/")
                folder, _, name = path.rpartition("/")
                mode = KINDS.get(member.type, stat.S_IFREG) | member.mode
                node = Node(0, mode, member.uid, member.gid, member.size, member.linkname)
                if member.islnk():
                    above, _, target = member.linkname.rpartition("/")
                    node = replace(self._folders.get(above, {}).get(target, node), link="")
                self._folders.setdefault(folder, {})[name] = node
                file = tar.extractfile(member) if member.isreg() and member.size < LARGEST else None
                if file and path.startswith(READ):
                    self._texts[path] = file.read()

    def below(self, folders: Sequence[str]) -> Iterator[tuple[str, Node]]:
        """Yield what is right below each of the folders."""
        for folder in folders:
            for name, node in self._folders.get(folder, {}).items():
                yield f"{folder}/{name}".lstrip("/"), node

    def read(self, path: str) -> str:
        """Return a text; nothing where there is no such file, or it is none of those that are read."""
        return self._texts.get(path, b"").decode("utf-8", "surrogateescape")
