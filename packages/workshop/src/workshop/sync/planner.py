"""Decide on every file of a source and of the record. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workshop.sync.decision import Action, Decision, Fate, Sides, Step, beside, decide
from workshop.sync.files import (
    ChangedError,
    Obstacle,
    free_place,
    makes_way,
    obstacle,
    protection,
    reason,
)
from workshop.sync.merge import Effort
from workshop.sync.notebook import Version
from workshop.sync.renames import Renames
from workshop.sync.source import Source
from workshop.sync.state import NEVER, Entry, HashCache, Manifest


@dataclass
class Planner:
    """Decides on every file of a source and of the record; writes nothing.

    Whatever goes wrong with one file is what becomes of that file; all others go on.
    """

    source: Source
    into: Path
    manifest: Manifest
    hashes: HashCache
    leaving: set[str] = field(default_factory=set)
    """What the plan takes away so far."""
    effort: Effort = field(default_factory=Effort)

    def plan(self) -> list[Fate]:
        """Return what becomes of each file; files of which nothing is to be said have Action.NOTHING."""
        fates = [Fate(path, Action.REFUSED, why) for path, why in self.source.skipped.items()]
        renamed = Renames(self.source, self.into, self.manifest, self.hashes, self.effort).fates()
        done = {path for fate in renamed for path in fate.entries} | set(self.source.skipped)
        files, known = set(self.source.files), set(self.manifest.entries)
        fates += renamed
        # What the workshop no longer has goes first: a file makes way for a folder of its name, and back.
        for paths in (known - files, files):
            fates += [self._guarded(path) for path in sorted(paths - done)]
            self.leaving = {step.path for fate in fates for step in fate.steps if step.after is None}
        return fates

    def _guarded(self, path: str) -> Fate:
        """Decide on a file; what goes wrong with it is its fate."""
        try:
            return self._fate(path)
        except OSError as error:
            return Fate(path, Action.REFUSED, f"it cannot be read: {reason(error)}")
        except ChangedError as error:
            return Fate(path, Action.DEFERRED, str(error))
        except Exception as error:
            return Fate(path, Action.REFUSED, f"it cannot be brought up to date: {reason(error)}")
        finally:
            if (theirs := self.source.files.get(path)) is not None:
                theirs.forget()

    def _fate(self, path: str) -> Fate:
        """Decide on a file that kept its name."""
        theirs = self.source.files.get(path)
        entry = self.manifest.entries.get(path, NEVER)
        no_news = theirs is not None and theirs.sha256 == entry.sha256 and not entry.gone
        # Most files of most syncs are as they were delivered, which is told without reading them.
        if no_news and self.hashes.is_still(f"{self.into}/{path}", entry.sha256):
            return Fate(path, Action.NOTHING)
        if theirs is None and self.source.is_unknown(path):
            return Fate(path, Action.NOTHING)
        blocked = obstacle(self.into, path)
        if blocked and not makes_way(self.into, path, blocked, self.leaving):
            return self._blocked(path, entry, theirs, blocked)
        mine = None if blocked else self.hashes.version(self.into / path)
        base = self.manifest.base(path) if _differ(entry, mine, theirs) else None
        try:
            decision = decide(Sides(path, entry, base, mine, theirs, self.source.equal, self.effort))
            if mine is not None and decision.action in (Action.UPDATED, Action.MERGED, Action.BACKED_UP):
                decision = self._protect(path, decision, entry, theirs)
            if decision.action == Action.BESIDE:
                return self._beside(path, decision, -1)
            changes = decision.action == Action.BACKED_UP or decision.write is not None
            steps = (Step(path, mine, decision.write),) if changes else ()
            return Fate(path, decision.action, decision.why, steps, {path: decision.entry})
        finally:
            if mine is not None:
                mine.forget()

    def _protect(self, path: str, decision: Decision, entry: Entry, theirs: Version | None) -> Decision:
        """Leave a file alone that its owner or another account protected."""
        why = protection(self.into / path)
        if not why:
            return decision
        if theirs is None:
            return Decision(Action.KEPT, f"the workshop no longer has this file; {why}")
        return beside(entry, theirs, why)

    def _blocked(self, path: str, entry: Entry, theirs: Version | None, blocked: Obstacle) -> Fate:
        """Offer a file beside whatever has its place."""
        if theirs is None:
            return Fate(path, Action.NOTHING, entries={path: None})
        decision = beside(entry, theirs, blocked.why)
        if decision.action == Action.NOTHING:
            return Fate(path, Action.NOTHING)
        return self._beside(path, decision, blocked.part)

    def _beside(self, path: str, decision: Decision, part: int) -> Fate:
        """Write upstream's version under a name of its own; never over a file that is there."""
        assert decision.write is not None
        found = free_place(self.into, path, f"upstream-{self.source.revision}", decision.write.sha256, part)
        if found is None:
            return Fate(path, Action.REFUSED, f"{decision.why}, and there is no free name beside it")
        name, is_there = found
        steps = () if is_there else (Step(name, None, decision.write),)
        why = f"{decision.why}; yours is untouched, the new one is {name}"
        return Fate(path, Action.BESIDE, why, steps, {path: decision.entry}, beside=name)


def _differ(entry: Entry, mine: Version | None, theirs: Version | None) -> bool:
    """Tell whether a merge may be needed, so that most bases are never read."""
    if mine is None or theirs is None:
        return False
    return entry.sha256 not in (mine.sha256, theirs.sha256) and mine.sha256 != theirs.sha256
