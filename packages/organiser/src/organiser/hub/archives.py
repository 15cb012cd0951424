"""Folders of archives: one for each run, which gets its name when it is whole, and is never written again.

A folder holds a file for each seat, what else a new server needs, and a manifest that names every file with
its size and SHA-256. It is filled under a hidden name, read again, and renamed: a run that is killed leaves
nothing that looks finished. All of it is root's alone, or the organiser's where that is not root.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from organiser.hub.clearing import Archived, own_folder
from workshop.core.errors import WorkshopError
from workshop.core.files import flush_folder, hash_file, locked, write_whole

MANIFEST = "manifest.json"
FORMAT = 1
LARGEST_MANIFEST = 16_000_000
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?")
"""What a whole archive is called: when it was begun, UTC."""
PART, GONE = ".part", ".gone"
"""How the hidden names end of a folder that is being filled, and of one that is being deleted."""
HIDDEN = re.compile(rf"\.{NAME.pattern}({PART}|{GONE})")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SAID = ("made", "address", "rotates", "seats", "empty", "lacking")
"""What a manifest says besides its files."""


@dataclass
class Archive:
    """What is in one folder."""

    folder: Path
    made: str
    address: str
    """Of the door, as the cards have it."""
    rotates: bool = False
    """Whether the timer made it, which deletes the oldest of its own; nobody else's goes."""
    seats: dict[str, str] = field(default_factory=dict)
    """By seat the name of its file."""
    empty: list[str] = field(default_factory=list)
    """The seats that have no notebooks."""
    lacking: dict[str, str] = field(default_factory=dict)
    """The seats that could not be packed, with the reason."""
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Size and SHA-256 of every file."""

    @property
    def complete(self) -> bool:
        """Whether every seat is in it that should be."""
        return not self.lacking

    def add(self, name: str, content: bytes) -> None:
        """Write one more file."""
        write_whole(self.folder / name, content, 0o600)
        self.files[name] = (len(content), hashlib.sha256(content).hexdigest())

    def add_seat(self, packed: Archived) -> None:
        """Note a seat's file, which lies in the folder."""
        self.seats[packed.seat] = packed.file.name
        self.files[packed.file.name] = (packed.bytes, packed.sha256)

    def faults(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """Read files, or all of them, and return what is wrong with those that are not as they were."""
        found = {}
        for name in self.files if names is None else names:
            if why := self._fault(name):
                found[name] = why
        return found

    def _fault(self, name: str) -> str:
        if name not in self.files:
            return f"the manifest of {self.folder} names no {name}"
        size, sha256 = self.files[name]
        file = self.folder / name
        try:
            status = file.lstat()
        except FileNotFoundError:
            return f"{file} is missing"
        if not stat.S_ISREG(status.st_mode) or status.st_size != size or hash_file(file) != sha256:
            return f"{file} is damaged: it is not what the manifest says"
        return ""

    def as_document(self) -> dict[str, Any]:
        """Return the manifest."""
        said = {name: getattr(self, name) for name in SAID}
        files = {name: {"bytes": size, "sha256": sha256} for name, (size, sha256) in self.files.items()}
        return {"format": FORMAT, **said, "files": files}


@contextmanager
def new_archive(into: Path, address: str, rotates: bool = False) -> Iterator[Archive]:
    """Yield an archive to fill; when the block ends well it is read again, and gets its name below ``into``.

    Raises WorkshopError when the disk is full, when another run is at work there, and when what was read
    again differs. Nothing of it is left then.
    """
    own_folder(into)
    try:
        with locked(into):
            _clear(into)
            archive = _begin(into, address, rotates)
            part = archive.folder
            try:
                yield archive
                _end(archive)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
    except BlockingIOError as error:
        raise WorkshopError(f"another archive is being made in {into}; wait until it has finished") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WorkshopError(
                f"{into} has no room for the archive; free some space or name another folder with --into; "
                f"nothing was kept"
            ) from error
        raise


def _begin(into: Path, address: str, rotates: bool) -> Archive:
    now = datetime.now(UTC)
    first = name = now.strftime("%Y-%m-%dT%H-%M-%S")
    number = 1
    while (into / name).exists() or (into / name).is_symlink():
        number += 1
        name = f"{first}-{number}"
    part = into / f".{name}{PART}"
    part.mkdir(mode=0o700)
    return Archive(part, now.isoformat(timespec="seconds"), address, rotates)


def _end(archive: Archive) -> None:
    """Write the manifest, read all files again, and give the folder its name."""
    manifest = json.dumps(archive.as_document(), indent=1) + "\n"
    write_whole(archive.folder / MANIFEST, manifest, 0o600)
    if faults := archive.faults():
        raise WorkshopError(f"{next(iter(faults.values()))}; nothing was kept")
    flush_folder(archive.folder)
    part = archive.folder
    archive.folder = part.with_name(part.name.removeprefix(".").removesuffix(PART))
    # Nobody else makes folders here, and a folder with something in it is never replaced.
    part.rename(archive.folder)
    flush_folder(archive.folder.parent)


def _clear(into: Path) -> None:
    """Take away what runs left that were killed while they filled or deleted a folder."""
    for left in into.iterdir():
        if HIDDEN.fullmatch(left.name) and not left.is_symlink():
            shutil.rmtree(left)


def load(folder: Path) -> Archive:
    """Read what an archive says of itself; its files are not read yet.

    Raises WorkshopError when it is none, when it is not finished, or when others can change it.
    """
    if folder.name.startswith("."):
        raise WorkshopError(f"{folder} is from an interrupted run; use a finished archive")
    try:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise WorkshopError(
                f"{folder} can be changed by other accounts, who could plant codes: "
                f"chown -R root: {folder} && chmod -R go= {folder}"
            )
        file = folder / MANIFEST
        if not stat.S_ISREG(file.lstat().st_mode) or file.stat().st_size > LARGEST_MANIFEST:
            raise ValueError("it is not a manifest")
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ValueError(f"it is of format {said['format']}")
        return _read(folder, said)
    except FileNotFoundError as error:
        raise WorkshopError(
            f"no finished archive {folder}; 'workshop classroom archive' makes one"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkshopError(f"the manifest of {folder} is damaged ({error}); use another archive") from error


def _read(folder: Path, said: Mapping[str, Any]) -> Archive:
    archive = Archive(folder, **{name: said[name] for name in SAID})
    archive.files = {name: (int(each["bytes"]), str(each["sha256"])) for name, each in said["files"].items()}
    for name in (*archive.files, *archive.seats, *archive.empty, *archive.lacking):
        if not FILE.fullmatch(name):
            raise ValueError(f"it names {name!r}")
    if not set(archive.seats.values()) <= set(archive.files):
        raise ValueError("it lacks a seat's file")
    return archive


def delete_old(into: Path, keep: int) -> list[str]:
    """Delete the oldest whole archives of the timer's until ``keep`` are left; return their names."""
    with locked(own_folder(into), lambda: None):
        own = []
        for folder in sorted(into.iterdir()):
            with contextlib.suppress(WorkshopError):
                if NAME.fullmatch(folder.name) and (archive := load(folder)).rotates and archive.complete:
                    own.append(folder)
        gone = own[: max(0, len(own) - keep)]
        for folder in gone:
            hidden = folder.rename(folder.with_name(f".{folder.name}{GONE}"))
            shutil.rmtree(hidden)
        return [folder.name for folder in gone]
