"""Plan one sync: decide on every file, and say which steps on the disk that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workshop.sync.files import Obstacle, obstacle, protection
from workshop.sync.manifest import Manifest
from workshop.sync.notebook import Version
from workshop.sync.plan import Action, Decision, Entry, Sides, beside, beside_name, decide
from workshop.sync.renames import find_renames
from workshop.sync.source import Source
from workshop.sync.stats import Stats


@dataclass(frozen=True)
class Step:
    """One change of one file: what must be there before, what is there after; None is no file."""

    path: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True)
class Fate:
    """What becomes of one file, as people are told it, as the disk gets it, and as it is remembered."""

    path: str
    action: Action
    why: str = ""
    steps: tuple[Step, ...] = ()
    entries: Mapping[str, Entry | None] = field(default_factory=dict)


class Planner:
    """Decides on every file of a source and of the record; writes nothing."""

    def __init__(self, source: Source, into: Path, manifest: Manifest, stats: Stats) -> None:
        """Take what the decisions depend on."""
        self.source = source
        self.into = into
        self.manifest = manifest
        self.stats = stats

    def plan(self) -> list[Fate]:
        """Return what becomes of each file; files of which nothing is to be said have Action.NOTHING."""
        fates = [Fate(path, Action.REFUSED, why) for path, why in self.source.skipped.items()]
        renamed = self._follow_renames()
        fates += renamed
        done = {path for fate in renamed for path in fate.entries} | set(self.source.skipped)
        fates += [self._fate(path) for path in sorted({*self.source.files, *self.manifest.entries} - done)]
        return fates

    def _fate(self, path: str) -> Fate:
        """Decide on a file that kept its name."""
        theirs = self.source.files.get(path)
        entry = self.manifest.entries.get(path)
        if theirs and entry and theirs.sha256 == entry.sha256 and self._is_still(path, entry):
            return Fate(path, Action.NOTHING)
        if blocked := obstacle(self.into, path):
            return self._blocked(path, entry, theirs, blocked)
        try:
            mine = self.stats.version(self.into / path)
            decision = decide(
                Sides(
                    path,
                    entry,
                    self.manifest.base(path) if _differ(entry, mine, theirs) else None,
                    mine,
                    theirs,
                )
            )
        except OSError as error:
            return Fate(path, Action.REFUSED, f"it cannot be read: {error.strerror}")
        if mine is not None and decision.action in (Action.UPDATED, Action.MERGED, Action.BACKED_UP):
            decision = self._protect(path, decision, entry, theirs)
        return self._as_fate(path, decision, mine)

    def _is_still(self, path: str, entry: Entry) -> bool:
        """Tell, without reading it, that a file is as it was delivered; most files of most syncs are."""
        return self.stats.is_still(f"{self.into}/{path}", entry.sha256)

    def _protect(
        self, path: str, decision: Decision, entry: Entry | None, theirs: Version | None
    ) -> Decision:
        """Leave a file alone that its owner or another account protected."""
        why = protection(self.into / path)
        if not why:
            return decision
        if theirs is None:
            return Decision(Action.KEPT, f"the workshop no longer has this file; {why}")
        return beside(entry, theirs, why)

    def _as_fate(self, path: str, decision: Decision, mine: Version | None) -> Fate:
        entries = {path: decision.entry}
        if decision.action == Action.BESIDE:
            return self._beside(path, decision, -1)
        changes = decision.action == Action.BACKED_UP or decision.write is not None
        steps = (Step(path, mine, decision.write),) if changes else ()
        return Fate(path, decision.action, decision.why, steps, entries)

    def _blocked(self, path: str, entry: Entry | None, theirs: Version | None, blocked: Obstacle) -> Fate:
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
        for number in range(1, 100):
            name = beside_name(path, self.source.revision, part, number)
            if obstacle(self.into, name):
                continue
            there = self.stats.version(self.into / name)
            if there is None or there.sha256 == decision.write.sha256:
                steps = () if there is not None else (Step(name, None, decision.write),)
                why = f"{decision.why}; yours is untouched, the new one is {name}"
                return Fate(path, Action.BESIDE, why, steps, {path: decision.entry})
        return Fate(path, Action.REFUSED, f"{decision.why}, and there is no free name beside it")

    def _follow_renames(self) -> list[Fate]:
        """Move the participant's file along when the workshop renamed it."""
        files, entries = self.source.files, self.manifest.entries
        fresh = {path: version for path, version in files.items() if path not in entries}
        gone = {
            path: base
            for path, entry in entries.items()
            if fresh and path not in files and entry.sha256 and path not in self.source.skipped
            if (base := self.manifest.base(path)) is not None
        }
        if not gone:
            return []
        fates = [self._renamed(old, new, gone[old]) for new, old in find_renames(gone, fresh).items()]
        return [fate for fate in fates if fate is not None]

    def _renamed(self, old: str, new: str, base: Version) -> Fate | None:
        """Return the fate of a renamed file; None when the two names are better seen apart."""
        entry, theirs = self.manifest.entries[old], self.source.files[new]
        if obstacle(self.into, old) or obstacle(self.into, new) or protection(self.into / old):
            return None
        try:
            mine = self.stats.version(self.into / old)
        except OSError:
            return None
        # A file system that ignores case shows the old file under both names: it keeps the one it has.
        one_file = _is_one_file(self.into / old, self.into / new)
        if mine is None or ((self.into / new).exists() and not one_file):
            return None
        decision = decide(Sides(new, entry, base, mine, theirs))
        if decision.action in (Action.BESIDE, Action.REFUSED) or decision.entry is None:
            return None
        after = decision.write or mine
        steps = (Step(new, mine, after),) if one_file else (Step(new, None, after), Step(old, mine, None))
        action = Action.MERGED if decision.action == Action.MERGED else Action.UPDATED
        why = f"the workshop renamed {old}"
        if after is mine and mine.sha256 != entry.sha256:
            action, why = Action.MERGED, f"{why}; what you changed moved along"
        elif action == Action.MERGED:
            why = f"{why}; {decision.why}"
        return Fate(new, action, why, steps, {old: None, new: replace(decision.entry, offered="")})


def _differ(entry: Entry | None, mine: Version | None, theirs: Version | None) -> bool:
    """Tell whether a merge may be needed, so that most bases are never read."""
    if entry is None or mine is None or theirs is None:
        return False
    return entry.sha256 not in (mine.sha256, theirs.sha256) and mine.sha256 != theirs.sha256


def _is_one_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
