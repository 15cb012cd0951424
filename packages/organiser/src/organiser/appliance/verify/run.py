"""Run all checks on an OVA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.appliance import updating
from organiser.appliance.verify import archive, disks, grains, hashes, standard, virtualbox
from organiser.appliance.verify.checks import Result
from organiser.appliance.verify.scan import scan
from organiser.appliance.verify.subject import Subject


@dataclass
class Report:
    """What was found; a check that is not among the results did not run."""

    path: Path
    results: list[Result]
    updates: str = updating.UNKNOWN
    """What the appliance says about its own updates: no fault either way, but nobody should promise more."""

    @property
    def ok(self) -> bool:
        """Whether every check ran and passed."""
        return not self.faults

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Each fault, with the name of the check that found it."""
        return [(result.name, fault) for result in self.results for fault in result.faults]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the command prints it with ``--json``."""
        return {
            "file": str(self.path),
            "ok": self.ok,
            "updates": self.updates,
            "checks": [
                {"name": each.name, "why": each.why, "ok": not each.faults, "faults": list(each.faults)}
                for each in self.results
            ],
        }


def verify(path: Path, *, thorough: bool = False, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Judge an OVA; OSError when it cannot be read.

    thorough: also inflate every piece of the disk, which takes minutes where the hash takes
    seconds; the hash already says that they are what was packed. progress: is told of bytes.
    """
    seen = scan(path, progress)
    results, updates = _run(seen, [archive.STAGE, hashes.STAGE]), updating.UNKNOWN
    if not _faulty(results):
        subject = Subject(seen)
        results += _run(subject, [standard.STAGE])
        if not _faulty(results):
            updates = updating.said(subject.envelope)
            # Neither of these needs the other.
            results += virtualbox.STAGE.run(subject)
            results += disks.STAGE.run(subject)
        if thorough and not _faulty(results):
            results += grains.STAGE.run(subject)
    return Report(path, results, updates)


def list_checks() -> list[tuple[str, str]]:
    """Return name and reason of every check, in the order in which they run."""
    from organiser.appliance.verify import behaviour, booting  # these bring what starts qemu

    stages = (archive, hashes, standard, virtualbox, disks, grains)
    listed = [(check.name, check.why) for each in stages for check in each.STAGE.checks]
    return [*listed, (booting.NAME, booting.WHY), (behaviour.NAME, behaviour.WHY)]


def _run(subject: Any, stages: list[Any]) -> list[Result]:
    """Run stages until one has a fault."""
    results: list[Result] = []
    for stage in stages:
        results += stage.run(subject)
        if _faulty(results):
            break
    return results


def _faulty(results: list[Result]) -> bool:
    return any(result.faults for result in results)
