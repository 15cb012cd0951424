#!/usr/bin/env python3
"""Say where root went below a folder that a person's account can change; reads what root-trace.sh wrote down.

A line each: the program, what it did, the path, and who can change which folder on the way. Exit 1: there
are some. Whoever can change a folder may put a link or a file of their own in the place of what lies there,
between any look at it and its use. So root may neither write there nor run nor read, unless it takes the
account's own rights for it. What is let through is in ``is_harmless``, with the reason.

usage: root-trace.py [FOLDER]
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FIRST_PERSON = 1000
"""Accounts and groups below are the system's; those of services may change their own folders in /var."""
NO_FILES = ("/proc/", "/dev/", "/sys/")
CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?)(?:<(.*)>)?")
ARGUMENT = re.compile(r'(?:AT_FDCWD|\d+)<((?:[^<>\\]|\\.)*)>|"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)")
STARTS = {"clone", "clone3", "fork", "vfork"}


@dataclass
class Process:
    """A process or thread, as far as the calls up to now tell."""

    euid: int = 0
    folder: str = "/"
    program: str = "?"


@dataclass(frozen=True, order=True)
class Access:
    """What a root process did with a path."""

    program: str
    call: str
    path: str
    flags: str = field(default="", compare=False)

    def is_harmless(self) -> bool:
        """Tell whether no account gains by it, whatever it puts there meanwhile."""
        # It makes the home, and fills it before it gives it away.
        if self.program.endswith("/useradd"):
            return True
        if not self.call.startswith("open") or re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", self.flags):
            return False
        # A handle to look at, the names in a folder, or a look that follows no link.
        return any(flag in self.flags for flag in ("O_PATH", "O_DIRECTORY", "O_NOFOLLOW"))


def plain(text: str) -> str:
    """Return a path without strace's escapes."""

    def one(found: re.Match[bytes]) -> bytes:
        letter = found[1]
        return (
            bytes([int(letter, 8)])
            if letter[:1].isdigit()
            else {b"n": b"\n", b"t": b"\t"}.get(letter, letter)
        )

    return os.fsdecode(ESCAPE.sub(one, text.encode()))


def paths_of(name: str, arguments: str, folder: str) -> list[str]:
    """Return the paths that a call names, from the root on."""
    found, base = [], folder
    for annotated, named in ARGUMENT.findall(arguments):
        if annotated:
            base = plain(annotated)
        else:
            found.append(os.path.normpath(Path(base, plain(named))))
            base = folder
    # Whither a new link leads is only text.
    return found[1:] if name.startswith("symlink") else found


def changed_id(name: str, arguments: str, euid: int) -> int:
    """Return as whom a process goes on after a call that sets its ids."""
    ids = [int(word) for word in re.findall(r"-?\d+", arguments)]
    wanted = ids[0] if name == "setuid" else ids[1]
    return euid if wanted == -1 else wanted


def read(file: Path, process: Process, others: dict[int, Path]) -> Iterator[Access]:
    """Follow a process and those that it started; yield what they did as root.

    Args:
        file: Its calls.
        process: As it was started.
        others: The files of processes whose parent is not known yet, by number.
    """
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        call = CALL.match(line)
        if call is None:
            continue
        name, arguments, result = call[1], call[2], call[3]
        if name in STARTS:
            child = others.pop(int(result), None) if result.isdigit() else None
            if child is not None:
                yield from read(child, Process(process.euid, process.folder, process.program), others)
            continue
        if name.startswith("set"):
            if result == "0":
                process.euid = changed_id(name, arguments, process.euid)
            continue
        paths = paths_of(name, arguments, process.folder)
        if name in ("chdir", "fchdir"):
            annotated = ARGUMENT.search(arguments)
            if result == "0" and annotated is not None:
                process.folder = paths[0] if paths else plain(annotated[1])
            continue
        if name.startswith("open") and call[4]:
            # Whither it led, where the path was a link.
            paths.append(plain(call[4]))
        if process.euid == 0:
            yield from (Access(process.program, name, path, arguments) for path in paths)
        if name.startswith("execve") and result == "0":
            process.program = paths[0]


def accesses(folder: Path) -> Iterator[Access]:
    """Yield what root's processes did."""
    others = {int(file.suffix[1:]): file for file in folder.glob("process.*")}
    started = set()
    for file in others.values():
        text = file.read_text(encoding="utf-8", errors="replace")
        started |= {
            int(each) for each in re.findall(r"^(?:clone3?|v?fork)\(.*\) += (\d+)", text, re.MULTILINE)
        }
    for number in sorted(set(others) - started):
        # One that was started while this looks has been followed already.
        if number in others:
            yield from read(others.pop(number), Process(), others)


@cache
def who_can_change(folder: str) -> str:
    """Return which person's account can change a folder, or one on the way to it; empty: none."""
    above = str(Path(folder).parent)
    if folder != above and (who := who_can_change(above)):
        return who
    try:
        found = os.lstat(folder)
    except OSError:
        return ""
    if stat.S_ISLNK(found.st_mode):
        return (
            f"{found.st_uid} made the link {folder}"
            if found.st_uid >= FIRST_PERSON
            else (who_can_change(os.path.realpath(folder)))
        )
    if found.st_uid >= FIRST_PERSON:
        return f"{found.st_uid} owns {folder}"
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX and stat.S_ISDIR(found.st_mode):
        return f"everybody can write to {folder}"
    if found.st_mode & stat.S_IWGRP and found.st_gid >= FIRST_PERSON:
        return f"the group {found.st_gid} can write to {folder}"
    return ""


def findings(folder: Path) -> list[str]:
    """Return a line for each access that trusts somebody."""
    lines = []
    for access in sorted(set(accesses(folder))):
        who = "" if access.path.startswith(NO_FILES) else who_can_change(str(Path(access.path).parent))
        if who and not access.is_harmless():
            lines.append(f"{access.program} {access.call} {access.path}: {who}")
    return lines


def main() -> int:
    """Print the findings."""
    lines = findings(Path(sys.argv[1] if len(sys.argv) > 1 else "/run/root-trace"))
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
