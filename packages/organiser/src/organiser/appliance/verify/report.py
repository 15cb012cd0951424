"""What verifying a file has found."""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.appliance.architecture import Architecture
from workshop.core.errors import WorkshopError

UNREADABLE = (
    WorkshopError, OSError, ValueError, LookupError, TypeError, EOFError,
    struct.error, zlib.error, tarfile.TarError, zipfile.BadZipFile,
)  # fmt: skip
"""How reading a damaged file ends."""


@dataclass(frozen=True)
class Result:
    """What one check found; no faults means that it passed."""

    name: str
    faults: tuple[str, ...]


@dataclass
class Report:
    """What was found; a check that is not among the results did not run."""

    path: Path
    form: str | None
    """None where the name tells none."""
    architecture: Architecture | None = None
    results: list[Result] = field(default_factory=list)
    updates: str = ""
    """From where copies are updated; empty for an image, which is replaced instead."""
    told: list[str] = field(default_factory=list)
    """What is no fault and still should be known."""

    def check(self, name: str, faults: Iterable[str]) -> bool:
        """Note what a check finds, one line a fault; return whether it passed."""
        found: list[str] = []
        try:
            found.extend(faults)
        except UNREADABLE as error:
            found.append(str(error).strip().split("\n")[0] or type(error).__name__)
        self.results.append(Result(name, tuple(found)))
        return not found

    @property
    def ok(self) -> bool:
        """Whether every check that ran passed."""
        return not self.faults

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Each fault, with the name of the check that found it."""
        return [(result.name, fault) for result in self.results for fault in result.faults]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the command prints it with ``--json``."""
        return {
            "file": str(self.path),
            "form": self.form,
            "architecture": self.architecture.name if self.architecture else None,
            "ok": self.ok,
            "updates": self.updates,
            "told": self.told,
            "checks": [
                {"name": each.name, "ok": not each.faults, "faults": list(each.faults)}
                for each in self.results
            ],
        }
