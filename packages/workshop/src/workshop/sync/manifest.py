"""The managed mirror: what was delivered, by name, and the delivered bytes, by hash."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workshop.sync.files import write_atomically
from workshop.sync.notebook import Version
from workshop.sync.plan import Entry


class Manifest:
    """The record under ``state``; it is the participant's safety net, so it mistrusts itself.

    A record that cannot be read counts as none: then every file is taken for an edited one.
    """

    def __init__(self, state: Path) -> None:
        """Read the record, if there is one."""
        self._file = state / "manifest.json"
        self._delivered = state / "delivered"
        self.damage = ""
        """What is wrong with the record; empty when it can be relied on."""
        self.entries = self._read()

    def _read(self) -> dict[str, Entry]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            return {path: entry_from(fields) for path, fields in document["files"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.damage = f"{self._file} cannot be read; every file is treated as one that you changed"
            return {}

    def base(self, path: str) -> Version | None:
        """Return the delivered version of a file; None when its bytes are lost or damaged."""
        entry = self.entries.get(path)
        if entry is None or not entry.sha256:
            return None
        try:
            version = Version((self._delivered / entry.sha256).read_bytes())
        except OSError:
            return None
        return version if version.sha256 == entry.sha256 else None

    def keep(self, version: Version) -> None:
        """Keep the bytes of a version that is about to be delivered."""
        target = self._delivered / version.sha256
        if not target.exists():
            write_atomically(target, version.data)

    def update(self, changes: Mapping[str, Entry | None]) -> None:
        """Remember, on disk, what became of files; None takes a file off the record."""
        entries = {**self.entries, **changes}
        kept = {path: entry for path, entry in sorted(entries.items()) if entry is not None}
        if kept == self.entries and not self.damage:
            return
        files = {path: as_fields(entry) for path, entry in kept.items()}
        write_atomically(self._file, (json.dumps({"version": 2, "files": files}, indent=1) + "\n").encode())
        self.entries, self.damage = kept, ""

    def forget_unused(self, needed: Iterable[str] = ()) -> None:
        """Delete delivered bytes that no entry needs any longer."""
        used = {entry.sha256 for entry in self.entries.values()} | set(needed)
        if self._delivered.is_dir():
            for file in self._delivered.iterdir():
                if file.name not in used:
                    file.unlink()


def as_fields(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON holds it; what is empty is left out."""
    return {name: value for name, value in dataclasses.asdict(entry).items() if value or name == "sha256"}


def entry_from(fields: Mapping[str, Any]) -> Entry:
    """Read an entry back; raises TypeError or KeyError when the fields are not those of one."""
    entry = Entry(
        fields["sha256"],
        fields.get("meaning", ""),
        fields.get("offered", ""),
        tuple(fields.get("earlier", ())),
    )
    if not all(
        isinstance(value, str) for value in (entry.sha256, entry.meaning, entry.offered, *entry.earlier)
    ):
        raise TypeError("an entry holds text only")
    return entry
