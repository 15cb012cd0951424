"""Look into the ext4 file system of a raw disk, and change it, with neither root nor a mount: by debugfs(8).

Paths are below the file system's root and begin with no slash.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from organiser.appliance.files import Files, Node
from workshop.core import programs
from workshop.core.errors import WorkshopError

_ENTRY = re.compile(r"/(\d+)/(\d+)/(\d+)/(\d+)/(.+)/(\d*)/")
"""What ``ls -p`` says of a name: inode, mode, owner, group, name, size."""
_ECHO = "debugfs: "
"""Begins the line that repeats a command."""


class Ext4(Files):
    """The file system at an offset of a raw disk."""

    def __init__(self, raw: Path, offset: int, *, epoch: int) -> None:
        """Look at the disk; nothing is read yet. epoch: seconds since 1970 for what is changed."""
        self._raw, self._offset = raw.resolve(), offset
        self._times = {
            name: str(epoch) for name in ("E2FSPROGS_FAKE_TIME", "SOURCE_DATE_EPOCH", "E2FSCK_TIME")
        }
        self._seen: dict[str, dict[str, Node]] = {}

    def is_clean(self) -> bool:
        """Whether there is such a file system and it was unmounted.

        Raises WorkshopError when there is none.
        """
        programs.find("debugfs")
        try:
            said = self._debugfs(["stats -h"])
        except WorkshopError as error:
            raise WorkshopError("there is no ext4 file system where an appliance has it") from error
        return "Filesystem state:         clean" in said and "needs_recovery" not in said

    def check(self) -> None:
        """Raise WorkshopError when the file system has faults; nothing is changed."""
        with self._place() as place:
            programs.run("e2fsck", "-f", "-n", place)

    def free(self) -> float:
        """Return which part of the file system is free."""
        return int(self._stat("Free blocks")) / int(self._stat("Block count"))

    def label(self) -> str:
        """Return the file system's name."""
        return self._stat("Filesystem volume name")

    def _stat(self, name: str) -> str:
        found = re.search(rf"(?m)^{name}: +(.*)$", self._debugfs(["stats -h"]))
        return found[1] if found else ""

    def below(self, folders: Sequence[str]) -> Iterator[tuple[str, Node]]:
        """Yield what is right below each of the folders."""
        unseen = [folder for folder in folders if folder not in self._seen]
        if unseen:
            said = self._debugfs([f"ls -p {_quoted(folder)}" for folder in unseen])
            listings = re.split(rf"(?m)^{_ECHO}ls -p .*\n", said)[1:]
            if len(listings) != len(unseen):
                raise WorkshopError("a folder's listing cannot be read; is there a line break in a name?")
            self._seen |= {
                folder: _entries(listing) for folder, listing in zip(unseen, listings, strict=True)
            }
        for folder in folders:
            for name, node in self._seen[folder].items():
                yield f"{folder}/{name}".lstrip("/"), node

    def read(self, path: str) -> str:
        """Return a text; nothing where there is no such file."""
        with tempfile.TemporaryDirectory(prefix="workshop-ext4-") as scratch:
            copy = Path(scratch) / "copy"
            self._debugfs([f"dump {_quoted(path)} {_quoted_here(copy)}"])
            return copy.read_text(encoding="utf-8", errors="surrogateescape") if copy.exists() else ""

    def change(self, remove: Mapping[str, Node], write: Mapping[str, str]) -> None:
        """Remove files and folders, the last first, and give other files, which are there, another text.

        What is rewritten keeps owner and mode. Nothing says so when a removal fails: look again.
        """
        with tempfile.TemporaryDirectory(prefix="workshop-ext4-") as scratch:
            commands = [
                f"{'rmdir' if node.is_folder else 'rm'} {_quoted(path)}"
                for path, node in reversed(list(remove.items()))
            ]
            for number, (path, text) in enumerate(write.items()):
                ((_, node),) = self.find(path).items()
                source = Path(scratch) / str(number)
                source.write_text(text, encoding="utf-8", errors="surrogateescape")
                commands += _rewriting(path, node, source)
            self._debugfs(commands, "-w")
        self._seen.clear()

    def forget_what_is_free(self) -> None:
        """Check the file system and give back the blocks that nothing uses; what was in them is zero then.

        Raises WorkshopError when it has faults, or when the disk under the raw one cannot do that.
        """
        _require_holes(self._raw.parent)
        with self._place() as place:
            programs.run("e2fsck", "-f", "-p", "-E", "discard", place, variables=self._times)

    def _debugfs(self, commands: Sequence[str], *options: str) -> str:
        """Give debugfs commands; return what it says to each, which never fails as a whole."""
        with self._place() as place:
            script = Path(place).parent / "commands"
            script.write_text("".join(f"{command}\n" for command in commands), errors="surrogateescape")
            # Else it looks for a pager.
            variables = {**self._times, "DEBUGFS_PAGER": "__none__"}
            return programs.run("debugfs", *options, "-f", script, place, variables=variables)

    def _place(self) -> _Link:
        return _Link(self._raw, self._offset)


class _Link:
    """A short name for a raw disk while it is used: debugfs takes a question mark in a name for its own."""

    def __init__(self, raw: Path, offset: int) -> None:
        self._raw, self._offset = raw, offset
        self._folder = tempfile.TemporaryDirectory(prefix="workshop-ext4-")

    def __enter__(self) -> str:
        link = Path(self._folder.name) / "disk"
        link.symlink_to(self._raw)
        return f"{link}?offset={self._offset}"

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _entries(listing: str) -> dict[str, Node]:
    """Return what a listing of ``ls -p`` names, but for the folder itself and the one above."""
    found = {}
    for line in filter(None, listing.split("\n")):
        entry = _ENTRY.fullmatch(line)
        if not entry:
            raise WorkshopError(
                f"a folder's listing cannot be read: {line!r}; is there a line break in a name?"
            )
        inode, mode, uid, gid, name, size = entry.groups()
        if name not in (".", "..") and inode != "0":
            found[name] = Node(int(inode), int(mode, 8), int(uid), int(gid), int(size or 0))
    return found


def _rewriting(path: str, node: Node, source: Path) -> list[str]:
    """Return the commands that give a file another text; the new one has another inode."""
    folder, name = str(PurePosixPath(path).parent), _quoted_here(Path(PurePosixPath(path).name))
    fields = {"mode": f"0{node.mode:o}", "uid": node.uid, "gid": node.gid}
    return [
        # It writes into the folder that it is in, whatever the path says.
        f"cd {_quoted(folder)}",
        f"rm {name}",
        f"write {_quoted_here(source)} {name}",
        *(f"set_inode_field {name} {field} {value}" for field, value in fields.items()),
        "cd /",
    ]


def _quoted(path: str) -> str:
    return _quoted_here(Path(f"/{path}"))


def _quoted_here(path: Path) -> str:
    """Return a path as a word of debugfs."""
    return '"' + str(path).replace('"', '""') + '"'


def _require_holes(folder: Path) -> None:
    """Raise WorkshopError where a file cannot give back a part: e2fsck would not say so."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x" * 8192)
        file.flush()
        try:
            programs.run("fallocate", "--punch-hole", "--offset", "0", "--length", "4096", file.name)
        except WorkshopError as error:
            raise WorkshopError(
                f"the disk of {folder} cannot give parts of a file back ({error}); write to another disk"
            ) from error
