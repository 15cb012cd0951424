"""The log of what syncs do: written before the first change, so that a kill can be made good and undone."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError
from workshop.sync.files import write_atomically
from workshop.sync.manifest import as_fields, entry_from
from workshop.sync.notebook import Version
from workshop.sync.plan import Entry
from workshop.sync.tree import Fate

RECORD = "record.json"


@dataclass(frozen=True)
class LoggedStep:
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

    @property
    def number(self) -> int:
        """The run's number; clocks go wrong, numbers do not."""
        return int(self.folder.name.partition("-")[0])

    def backup(self, path: str) -> Path:
        """Return where a file is kept as it was."""
        return self.folder / "files" / path

    def save(self) -> None:
        """Write the log to the disk."""
        document = {
            "kind": self.kind,
            "revision": self.revision,
            "finished": self.finished,
            "undone": self.undone,
            "continues": self.continues,
            "fates": [
                {
                    "steps": [[step.path, step.before, step.after] for step in fate.steps],
                    "before": _fields(fate.before),
                    "after": _fields(fate.after),
                }
                for fate in self.fates
            ],
        }
        write_atomically(self.folder / RECORD, (json.dumps(document, indent=1) + "\n").encode())


def _fields(entries: dict[str, Entry | None]) -> dict[str, Any]:
    return {path: None if entry is None else as_fields(entry) for path, entry in entries.items()}


def _entries(fields: dict[str, Any]) -> dict[str, Entry | None]:
    return {path: None if each is None else entry_from(each) for path, each in fields.items()}


class Log:
    """All runs under one state folder."""

    def __init__(self, state: Path) -> None:
        """Look into ``state/backups``; nothing is read yet."""
        self.folder = state / "backups"

    def folders(self) -> list[Path]:
        """Return the runs' folders, the latest first."""
        if not self.folder.is_dir():
            return []
        numbered = [each for each in self.folder.iterdir() if each.name.partition("-")[0].isdigit()]
        return sorted(numbered, key=lambda each: int(each.name.partition("-")[0]), reverse=True)

    def latest(self) -> Record | None:
        """Return the latest run whose log can be read."""
        return next(self.records(), None)

    def records(self) -> Iterator[Record]:
        """Yield the runs, the latest first; one without a readable log changed nothing or is lost."""
        return (record for folder in self.folders() if (record := read(folder)) is not None)

    def clear(self) -> None:
        """Delete what runs left that were killed before they had changed anything."""
        for folder in self.folders():
            if not (folder / RECORD).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def begin(
        self,
        kind: str,
        revision: str,
        fates: Sequence[Fate],
        known: dict[str, Entry],
        continues: bool = False,
    ) -> Record:
        """Back up every file that is to change and write the log; nothing else is changed yet."""
        folders = self.folders()
        number = int(folders[0].name.partition("-")[0]) + 1 if folders else 1
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        record = Record(
            self.folder / f"{number:04}-{stamp}-{revision}", kind, revision, [], continues=continues
        )
        try:
            for fate in fates:
                for step in fate.steps:
                    if step.before is not None:
                        write_atomically(record.backup(step.path), step.before.data)
                before = {path: known.get(path) for path in fate.entries}
                record.fates.append(LoggedFate(_logged(fate), before, dict(fate.entries)))
            record.save()
        except OSError as error:
            shutil.rmtree(record.folder, ignore_errors=True)
            raise WorkshopError(
                f"the backup cannot be written to {self.folder} ({error.strerror}); nothing was changed"
            ) from error
        return record


def _logged(fate: Fate) -> tuple[LoggedStep, ...]:
    return tuple(LoggedStep(step.path, _hash(step.before), _hash(step.after)) for step in fate.steps)


def _hash(version: Version | None) -> str | None:
    return None if version is None else version.sha256


def read(folder: Path) -> Record | None:
    """Read one run's log; None when it has none or it cannot be read."""
    try:
        document = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        fates = [
            LoggedFate(
                tuple(LoggedStep(*step) for step in fate["steps"]),
                _entries(fate["before"]),
                _entries(fate["after"]),
            )
            for fate in document["fates"]
        ]
        return Record(
            folder,
            document["kind"],
            document["revision"],
            fates,
            document["finished"],
            document["undone"],
            document["continues"],
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
