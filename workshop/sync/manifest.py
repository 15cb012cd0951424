"""The managed mirror: what was delivered, by name, and the delivered bytes, by hash."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from workshop.output import messages
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
        self.entries = self._read()

    def _read(self) -> dict[str, Entry]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            return {path: Entry(**fields) for path, fields in document["files"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, KeyError, AttributeError):
            messages.print(
                f"{self._file} cannot be read; every file is treated as one that you changed",
                style="yellow",
                markup=False,
            )
            return {}

    def record(self, path: str, entry: Entry | None, version: Version | None) -> None:
        """Remember, on disk, what one file is now; keep the bytes that were delivered."""
        if entry == self.entries.get(path):
            return
        if version is not None:
            self._keep(version)
        if entry is None:
            del self.entries[path]
        else:
            self.entries[path] = entry
        files = {name: dataclasses.asdict(self.entries[name]) for name in sorted(self.entries)}
        document: dict[str, Any] = {"version": 1, "files": files}
        write_atomically(self._file, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())

    def _keep(self, version: Version) -> None:
        target = self._delivered / version.sha256
        if not target.exists():
            write_atomically(target, version.data)

    def forget_unused(self) -> None:
        """Delete delivered bytes that no entry needs any longer."""
        needed = {entry.sha256 for entry in self.entries.values()}
        if self._delivered.is_dir():
            for file in self._delivered.iterdir():
                if file.name not in needed:
                    file.unlink()
