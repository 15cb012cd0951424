"""Carry decisions out: back up, write, remember; in this order, so that a kill loses nothing."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import flush_folder, obstacle, only_one, remove_unfinished, write_atomically
from workshop.sync.manifest import Manifest
from workshop.sync.notebook import Version
from workshop.sync.plan import Action, Decision, beside_name, decide
from workshop.sync.source import Source

SPARE_BYTES = 20_000_000
"""Left free on a disk: a full one stops Jupyter from saving."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file that was not simply left alone."""

    path: str
    action: Action
    why: str


@dataclass(frozen=True)
class Report:
    """What one sync did, or would do."""

    revision: str
    files: list[Outcome]
    backups: Path | None = None
    """Where the replaced files are; None when none was replaced."""

    @property
    def changed(self) -> bool:
        """Whether a file of the participant's folder was written, moved or removed."""
        still = {Action.KEPT, Action.REFUSED, Action.DEFERRED}
        return any(outcome.action not in still for outcome in self.files)


def synchronise(source: Source, into: Path, state: Path, dry_run: bool = False) -> Report:
    """Bring ``into`` to the source's revision and keep what the participant changed.

    With ``dry_run`` nothing is written. Raises WorkshopError when another sync runs, when the
    disk is too full, or when one folder lies within the other.
    """
    into, state = into.resolve(), state.resolve()
    for other, option in ((state, "--state"), (source.root, "--from")):
        if other.is_relative_to(into) or into.is_relative_to(other):
            raise WorkshopError(
                f"{other} and {into} lie within each other; choose another {option} or --into"
            )
    if dry_run:
        return _Sync(source, into, state, dry_run=True).run()
    with only_one(state):
        return _Sync(source, into, state, dry_run=False).run()


class _Sync:
    """One run over all files."""

    def __init__(self, source: Source, into: Path, state: Path, dry_run: bool) -> None:
        self.source = source
        self.into = into
        self.state = state
        self.dry_run = dry_run
        self.manifest = Manifest(state)
        self.backups = (
            state / "backups" / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{source.revision}"
        )

    def run(self) -> Report:
        """Decide on every file first, then carry out."""
        outcomes = [Outcome(path, Action.REFUSED, why) for path, why in self.source.skipped.items()]
        decisions: dict[str, tuple[Decision, Version | None]] = {}
        for path in sorted({*self.source.files, *self.manifest.entries} - set(self.source.skipped)):
            if why := obstacle(self.into, path):
                outcomes.append(Outcome(path, Action.REFUSED, why))
                continue
            try:
                mine = self._mine(path)
            except OSError as error:
                outcomes.append(Outcome(path, Action.REFUSED, f"it cannot be read: {error.strerror}"))
                continue
            theirs = self.source.files.get(path)
            decisions[path] = (decide(self.manifest.entries.get(path), mine, theirs), mine)
        if not self.dry_run:
            for folder in {(self.into / path).parent for path in decisions}:
                remove_unfinished(folder)
            self._require_space([decision for decision, _ in decisions.values()])
        outcomes += [
            outcome
            for path, (decision, mine) in decisions.items()
            if (outcome := self._carry_out(path, decision, mine))
        ]
        if not self.dry_run:
            self.manifest.forget_unused()
        backups = self.backups if self.backups.is_dir() else None
        return Report(self.source.revision, sorted(outcomes, key=lambda outcome: outcome.path), backups)

    def _mine(self, path: str) -> Version | None:
        try:
            return Version((self.into / path).read_bytes())
        except FileNotFoundError:
            return None

    def _require_space(self, decisions: list[Decision]) -> None:
        """Fail before the first write when backups and new files would fill the disk."""
        # Written once, kept once as the delivered version, and backed up once.
        needed = 3 * sum(len(decision.write.data) for decision in decisions if decision.write)
        for folder in {self.into, self.state} if needed else set():
            place = next(parent for parent in (folder, *folder.parents) if parent.exists())
            free = shutil.disk_usage(place).free
            if free < needed + SPARE_BYTES:
                raise WorkshopError(
                    f"{place} has {free // 1_000_000} MB free and the update needs "
                    f"{(needed + SPARE_BYTES) // 1_000_000} MB; nothing was changed"
                )

    def _carry_out(self, path: str, decision: Decision, mine: Version | None) -> Outcome | None:
        outcome = Outcome(path, decision.action, decision.why) if decision.action != Action.NOTHING else None
        if self.dry_run:
            return outcome
        try:
            if outcome:
                outcome = self._change(path, decision, mine) or outcome
            if outcome is None or outcome.action != Action.DEFERRED:
                self._remember(path, decision)
        except OSError as error:
            return Outcome(path, Action.REFUSED, f"it cannot be written: {error.strerror}")
        return outcome

    def _change(self, path: str, decision: Decision, mine: Version | None) -> Outcome | None:
        """Write or move one file; returns another outcome when it turned out otherwise."""
        if decision.action == Action.KEPT:
            return None
        if decision.action == Action.BESIDE:
            return self._put_beside(path, decision)
        if mine is not None:
            self._back_up(path, mine)
        now = self._mine(path)
        if (now and now.sha256) != (mine and mine.sha256):
            return Outcome(
                path, Action.DEFERRED, "it was saved while the sync ran; the next sync looks again"
            )
        if decision.write is None:
            (self.into / path).unlink()
            flush_folder((self.into / path).parent)
        else:
            write_atomically(self.into / path, decision.write.data)
        return None

    def _put_beside(self, path: str, decision: Decision) -> Outcome:
        """Write upstream's version under a name of its own; never over a file that is there."""
        assert decision.write is not None
        name = beside_name(path, self.source.revision)
        if why := obstacle(self.into, name):
            return Outcome(path, Action.REFUSED, why)
        if not (self.into / name).exists():
            write_atomically(self.into / name, decision.write.data)
        return Outcome(path, Action.BESIDE, f"{decision.why}; yours is untouched, the new one is {name}")

    def _back_up(self, path: str, mine: Version) -> None:
        write_atomically(self.backups / path, mine.data)

    def _remember(self, path: str, decision: Decision) -> None:
        theirs = self.source.files.get(path)
        in_place = (
            decision.entry is not None and theirs is not None and decision.entry.sha256 == theirs.sha256
        )
        self.manifest.record(path, decision.entry, theirs if in_place else None)
