"""What the tests of a job said so far: their events are read while pytest writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """How one test ended."""

    test: str
    seconds: float
    why: str = ""
    seed: str = ""


@dataclass
class Tally:
    """The tests of one job."""

    file: Path
    collected: int = 0
    begun: dict[str, None] = field(default_factory=dict)
    """Tests at work, the one that began last at the end."""
    passed: list[Verdict] = field(default_factory=list)
    failed: list[Verdict] = field(default_factory=list)
    skipped: list[Verdict] = field(default_factory=list)
    _offset: int = 0

    @property
    def ended(self) -> int:
        """How many tests have ended."""
        return len(self.passed) + len(self.failed) + len(self.skipped)

    def read(self) -> None:
        """Read what was written since the last time, whole lines only."""
        try:
            with self.file.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:
            return
        complete = new[: new.rfind(b"\n") + 1]
        self._offset += len(complete)
        for line in complete.splitlines():
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue  # a line of a process that was killed while it wrote

    def _take(self, event: dict[str, Any]) -> None:
        kind = event.pop("event")
        if kind == "collected":
            self.collected += event["number"]
        elif kind == "begun":
            self.begun[event["test"]] = None
        else:
            self.begun.pop(event["test"], None)
            verdicts = {"passed": self.passed, "failed": self.failed, "skipped": self.skipped}
            verdicts[kind].append(Verdict(**event))
