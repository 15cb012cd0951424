"""What sync remembers below its state folder: what was delivered, and what each run did.

``manifest.json`` and ``delivered/`` hold what was delivered, ``backups/`` each run.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from workshop.core.errors import WorkshopError
from workshop.sync.decide import NEVER, Entry
from workshop.sync.files import (
    from_json,
    read_json,
    read_own,
    unsafe,
    write_json,
    write_own,
)
from workshop.sync.merge import Version

RECORD = "record.json"
OTHERS = "other-machines"
"""Below sync's own state: what was taken up from each other folder, with the backups."""
UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading a damaged file of ours raises."""


class Manifest:
    """The record under ``state``; it is the participant's safety net, so it mistrusts itself.

    A record that cannot be read counts as none: then every file is taken for an edited one.
    """

    def __init__(self, state: Path) -> None:
        """Read the record, if there is one."""
        self.file = state / "manifest.json"
        self.folder = state / "delivered"
        """Where the bytes are that were delivered."""
        self.damage = ""
        """What is wrong with the record; empty when it can be relied on."""
        self.entries = self._read()

    def _read(self) -> dict[str, Entry]:
        try:
            entries = from_json(dict[str, Entry], read_json(self.file)["files"])
            return {path: entry for path, entry in entries.items() if not unsafe(path)}
        except FileNotFoundError:
            return {}
        except UNREADABLE:
            self.damage = f"{self.file} cannot be read; every file is treated as one that you changed"
            return {}

    def base(self, path: str) -> Version | None:
        """Return the delivered version of a file; None when its bytes are lost or damaged."""
        entry = self.entries.get(path, NEVER)
        if not entry.sha256:
            return None
        kept = self.folder / entry.sha256
        try:
            version = Version(read_own(kept), partial(read_own, kept))
        except (OSError, ValueError):  # also a name that no file can have
            return None
        return version if version.sha256 == entry.sha256 else None

    def keep(self, version: Version) -> None:
        """Keep the bytes of a version that is about to be delivered."""
        target = self.folder / version.sha256
        if not target.is_file() or target.stat().st_size != version.size:
            write_own(target, version.data)

    def update(self, changes: Mapping[str, Entry | None]) -> None:
        """Remember, on disk, what became of files; None takes a file off the record."""
        entries = {**self.entries, **changes}
        kept = {path: entry for path, entry in sorted(entries.items()) if entry not in (None, NEVER)}
        if kept == self.entries and not self.damage:
            return
        files = {path: as_fields(entry) for path, entry in kept.items()}
        write_json(self.file, {"version": 2, "files": files})
        self.entries, self.damage = kept, ""

    def forget_unused(self, runs: Iterable[Record] = ()) -> None:
        """Delete delivered bytes that no entry needs any longer, nor will after an undo of ``runs``."""
        before = (entry for record in runs for fate in record.fates for entry in fate.before.values())
        used = {entry.sha256 for entry in (*self.entries.values(), *before) if entry is not None}
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                if file.name not in used:
                    with contextlib.suppress(OSError):  # perhaps a folder, which stays
                        file.unlink()


def as_fields(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON holds it; what is empty is left out."""
    return {name: value for name, value in asdict(entry).items() if value or name == "sha256"}


class LoggedStep(NamedTuple):
    """One file's change by hashes; None is no file."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class LoggedFate:
    """Steps that belong together, and what the manifest said and is to say when they are done."""

    steps: tuple[LoggedStep, ...]
    before: dict[str, Entry | None]
    after: dict[str, Entry | None]


@dataclass
class Record:
    """One run: a folder with the files as they were, and this log."""

    folder: Path
    kind: str
    """sync or undo."""
    revision: str
    fates: list[LoggedFate]
    finished: bool = False
    undone: bool = False
    continues: bool = False
    """Whether the run before was killed and this one went on with its work."""

    def backup(self, path: str) -> Path:
        """Return where a file is kept as it was."""
        return self.folder / "files" / path

    def save(self) -> None:
        """Write the log to the disk."""
        document = {name: each for name, each in asdict(self).items() if name != "folder"}
        write_json(self.folder / RECORD, document)


def together(state: Path) -> list[Path]:
    """Return the state folders of one participant's folder: its own first, then those of other machines."""
    own = state.parent.parent if state.parent.name == OTHERS else state
    return [own, *sorted((own / OTHERS).glob("*"))]


def last_changed(state: Path) -> Path:
    """Return whose last sync is the latest that is not undone: this state folder, or another machine's."""
    return state if state.parent.name == OTHERS else max(together(state), key=lambda each: Log(each).last())


def number_of(folder: Path) -> int:
    """Return a run's number; clocks go wrong, numbers do not."""
    return int(folder.name.partition("-")[0])


class Log:
    """All runs under one state folder."""

    def __init__(self, state: Path) -> None:
        """Look into ``state/backups``; nothing is read yet."""
        self.folder = state / "backups"
        self._state = state

    def folders(self) -> list[Path]:
        """Return the runs' folders, the latest first."""
        if not self.folder.is_dir():
            return []
        numbered = [each for each in self.folder.iterdir() if each.name.partition("-")[0].isdecimal()]
        return sorted(numbered, key=number_of, reverse=True)

    def latest(self) -> Record | None:
        """Return the latest run whose log can be read."""
        return next(self.records(), None)

    def records(self) -> Iterator[Record]:
        """Yield the runs, the latest first; one without a readable log changed nothing or is lost."""
        return (record for folder in self.folders() if (record := read_record(folder)) is not None)

    def to_undo(self) -> list[Record]:
        """Return the last sync, and with it the killed ones that it went on from, the latest first."""
        found: list[Record] = []
        for record in self.records():
            if record.kind == "sync" and not record.undone:
                found.append(record)
                if not record.continues:
                    break
        if not found:
            raise WorkshopError("no update to undo")
        return found

    def last(self) -> int:
        """Return the number of the last sync that is not undone; 0 for none."""
        left = (each for each in self.records() if each.kind == "sync" and not each.undone)
        return next((number_of(each.folder) for each in left), 0)

    def clear(self) -> None:
        """Delete what runs left that were killed before they had changed anything."""
        for folder in self.folders():
            if not (folder / RECORD).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def begin(self, kind: str, revision: str, continues: bool = False) -> Record:
        """Return the record of a run that is about to write; nothing of it is on the disk yet."""
        # Of all that changes one folder: an undo begins with the last, whoever's it was.
        latest = [number_of(each) for state in together(self._state) for each in Log(state).folders()[:1]]
        number = max(latest, default=0) + 1
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        folder = self.folder / f"{number:04}-{stamp}-{revision}"
        return Record(folder, kind, revision, [], continues=continues)


def read_record(folder: Path) -> Record | None:
    """Read one run's log; None when it has none or it cannot be read."""
    try:
        record: Record = from_json(Record, {**read_json(folder / RECORD), "folder": str(folder)})
    except UNREADABLE:
        return None
    return None if any(unsafe(step.path) for fate in record.fates for step in fate.steps) else record
