"""Puts a stick together in a folder: files by hard link where that is possible, the list of hashes last.

Run again, only what changed is touched and times stay as they are, so that ``rsync`` and ``write``
copy only that. Anything else in the folder is left alone.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.thumbdrive import page, signature
from organiser.thumbdrive.contents import Context, Found, Part, StickFile, files_below
from organiser.thumbdrive.names import CLOSING, SIGNATURE, SIGNER, START, SUMS, require_writable
from organiser.thumbdrive.ownership import (
    only_run,
    put_bytes,
    read_own,
    remove_own,
    require_no_clash,
    write_own,
)
from organiser.thumbdrive.sources import gather, once
from organiser.thumbdrive.sums import format_sums
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file, write_whole

SCRIPTS = Path(__file__).with_name("scripts")
MEMORY = "hashes.json"
"""In the working folder: hashes of files that have not changed since."""


@dataclass
class Staged:
    """What was put together."""

    folder: Path
    files: int = 0
    bytes: int = 0
    signed: bool = False
    changed: bool = False
    missing: dict[str, list[str]] = field(default_factory=dict)
    """By part: what the stick lacks."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """The same of parts without which a stick is whole all the same."""

    def as_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return vars(self) | {"folder": str(self.folder)}


def stage(parts: Sequence[Part], folder: Path, context: Context, key: Path | None) -> Staged:
    """Put the parts together in ``folder``; what is missing is named in the result.

    Raises WorkshopError when a stranger's file is in the way, a name cannot be on a stick, the
    disk is full, or ``key`` cannot sign.
    """
    staged = Staged(folder)
    files: list[StickFile] = []
    for part in parts:
        context.say(f"{part.title} ({part.name})")
        found = gather(part, context)
        files += found.files
        note(staged, part, found)
    files = once(files)
    files += own_files(parts, files, key, context.classroom)
    require_writable(file.name for file in files)
    folder.mkdir(parents=True, exist_ok=True)
    with only_run(folder):
        hashes = _place_all(files, folder, Memory(context.work / MEMORY))
        staged.changed = _close(folder, hashes, key)
    staged.files, staged.bytes = len(files), sum(file.bytes for file in files)
    staged.signed = key is not None
    return staged


def note(staged: Staged, part: Part, found: Found) -> None:
    """Keep what a part lacks: a fault, or a remark where a stick is whole without it."""
    if found.missing:
        (staged.notes if part.optional else staged.missing)[part.name] = found.missing


def own_files(
    parts: Sequence[Part], files: Sequence[StickFile], key: Path | None, classroom: str
) -> list[StickFile]:
    """Return what every stick has: the page to begin with, the scripts that verify, the signer's key."""
    own = [StickFile(file.name.removeprefix("/"), file.source) for file in files_below(SCRIPTS, "")]
    if key:
        own.append(StickFile(SIGNER, signature.public_key_of(key)))
    names = [file.name for file in (*files, *own)]
    own.append(StickFile(START, page.render(parts, names, classroom).encode()))
    return own


def _place_all(files: Sequence[StickFile], folder: Path, memory: Memory) -> dict[str, str]:
    """Bring the folder in line with the files; return the hash of each."""
    own = read_own(folder)
    wanted = {file.name for file in files}
    require_no_clash(folder, wanted, own)
    write_own(folder, own | wanted)
    for name in sorted(own - wanted - set(CLOSING)):
        remove_own(folder, name)
    try:
        hashes = {file.name: _place(file, folder / file.name, memory) for file in files}
    except OSError as error:
        raise WorkshopError(
            f"cannot write to {folder}: {error.strerror}; free some space and stage again"
        ) from error
    write_own(folder, wanted)
    memory.save()
    return hashes


def _place(file: StickFile, target: Path, memory: Memory) -> str:
    """Put one file in its place, unless it is there; return its hash."""
    if isinstance(file.source, bytes):
        put_bytes(file.source, target)
        return memory.hash(target)
    sha256 = memory.hash(file.source)
    if target.is_file() and (target.samefile(file.source) or memory.hash(target) == sha256):
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    new.unlink(missing_ok=True)
    try:
        os.link(file.source.resolve(), new)
    except OSError:  # another disk
        shutil.copy2(file.source, new)
    new.replace(target)
    return sha256


def _close(folder: Path, hashes: dict[str, str], key: Path | None) -> bool:
    """Write the list of hashes and its signature, unless they are so; tell whether they were not."""
    data, had = format_sums(hashes), (folder / SIGNATURE).exists()
    changed = put_bytes(data, folder / SUMS)
    if key is None:
        (folder / SIGNATURE).unlink(missing_ok=True)
    elif changed or signature.check(folder, None).state != "unknown":
        put_bytes(signature.sign(data, key), folder / SIGNATURE)
    return changed or had != (key is not None)


class Memory:
    """Hashes of files by their place, size and time, so that gigabytes are not read again for nothing."""

    def __init__(self, file: Path) -> None:
        """Read what is known; a damaged file means that nothing is."""
        self._file = file
        try:
            self._known: dict[str, list[Any]] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}

    def hash(self, path: Path) -> str:
        """Return the SHA-256 of a file in hex."""
        status = path.stat()
        mark = [status.st_size, status.st_mtime_ns, status.st_ino]
        known = self._known.get(str(path))
        if known is None or known[:3] != mark:
            known = self._known[str(path)] = [*mark, hash_file(path)]
        return str(known[3])

    def save(self) -> None:
        """Keep what is known of files that are still there."""
        known = {name: value for name, value in self._known.items() if Path(name).exists()}
        write_whole(self._file, json.dumps(known, indent=0).encode())
