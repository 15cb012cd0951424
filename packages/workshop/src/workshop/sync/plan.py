"""Look at every file, let ``decide`` say what becomes of it, and say which steps the disk gets for that.

Nothing is written here. Whatever goes wrong with one file is what becomes of that file; all others go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from workshop.sync.decide import (
    NEVER,
    Action,
    Decision,
    Entry,
    Sides,
    Versions,
    decide,
    edited,
    find_renames,
    likeness,
    moves,
    synced,
)
from workshop.sync.files import ChangedError, free_place, makes_way, obstacle, protection, reason, status_of
from workshop.sync.merge import SAME_FILE, Effort, Version
from workshop.sync.source import Source
from workshop.sync.state import Manifest


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
    beside: str = ""
    """Where the other version lies; empty when there is none."""
    others: tuple[Fate, ...] = ()
    """What people are told of other files that these steps change; without steps of their own."""


@dataclass
class Planner:
    """Goes through the files of a source and of the record."""

    source: Source
    into: Path
    manifest: Manifest
    leaving: set[str] = field(default_factory=set)
    """What the plan takes away so far."""
    effort: Effort = field(default_factory=Effort)

    def plan(self) -> list[Fate]:
        """Return what becomes of each file; files of which nothing is to be said have Action.NOTHING."""
        fates = [Fate(path, Action.REFUSED, why) for path, why in self.source.skipped.items()]
        with suppress(Exception):  # each of them is looked at again, under its own name
            fates += self._renamed()
        done = {path for fate in fates for path in fate.entries} | set(self.source.skipped)
        files, known = set(self.source.files), set(self.manifest.entries)
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

    def _fate(self, path: str) -> Fate:
        """Decide on a file that kept its name."""
        offered = self.source.files.get(path)
        if offered is None and self.source.is_unknown(path):
            return Fate(path, Action.NOTHING)
        blocked = obstacle(self.into, path)
        if blocked and makes_way(self.into, path, blocked, self.leaving):
            mine, in_the_way = None, ""
        elif blocked:
            mine, in_the_way = None, blocked.why
        else:
            mine, in_the_way = version_of(self.into / path), ""
        last, base = self.manifest.entries.get(path, NEVER), None
        if mine is not None and offered is not None and last.sha256 not in (mine.sha256, offered.sha256):
            base = self.manifest.base(path)  # it is read only where both may have changed the file
        decision = decide(
            Sides(
                path,
                last,
                base,
                mine,
                offered,
                in_the_way,
                protection(self.into / path) if mine is not None else "",
                self.source.both_mine,
                self.effort,
            )
        )
        if decision.action == Action.BESIDE:
            return self._beside(path, decision, blocked.part if blocked else -1)
        changes = decision.action == Action.BACKED_UP or decision.write is not None
        steps = (Step(path, mine, decision.write),) if changes else ()
        return Fate(path, decision.action, decision.why, steps, {path: decision.entry})

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

    def _renamed(self) -> list[Fate]:
        """Return the fate of each group of files that have other names now; the rest is seen file by file."""
        files, old, effort = self.source.files, {}, Effort()
        new = {path: version for path, version in files.items() if path not in self.manifest.entries}
        for path, entry in self.manifest.entries.items():
            offered = files.get(path)
            if entry.gone or self.source.is_unknown(path) or (offered and offered.sha256 == entry.sha256):
                continue
            base = self.manifest.base(path)
            # A name may be used again: what has it now is another file.
            if base is not None and (offered is None or likeness(base, offered, effort) < SAME_FILE):
                old[path] = base
                new |= {path: offered} if offered is not None else {}
        renames = find_renames(old, new)
        return [fate for names in moves(renames) if (fate := self._moved(names, old)) is not None]

    def _moved(self, names: list[str], old: Versions) -> Fate | None:
        """Return the fate of files of which each takes the next one's name; None when better seen apart."""
        files, entries = self.source.files, self.manifest.entries
        if any(obstacle(self.into, name) or protection(self.into / name) for name in names):
            return None
        mine = {name: version_of(self.into / name) for name in names}
        # In memory: once the first of a ring was written, the last can be read no more.
        mine = {name: each and Version(each.data) for name, each in mine.items()}
        first, last, ring = names[0], names[-1], names[0] == names[-1]
        # A file system that ignores case shows the old file under both names: it keeps the one it has.
        one_file = len(names) == 2 and _is_one_file(self.into / first, self.into / last)
        if not ring and not one_file and not self._makes_way(last, mine[last]):
            return None
        decisions: dict[str, tuple[Decision, Version]] = {}
        for name, target in pairwise(names):
            own = mine[name]
            if own is None:
                return None
            sides = Sides(
                target,
                entries[name],
                old[name],
                own,
                files[target],
                both_mine=self.source.both_mine,
                effort=self.effort,
            )
            decision = decide(sides)
            if decision.action in (Action.BESIDE, Action.REFUSED) or decision.entry is None:
                return None
            decisions[target] = decision, own
        # From the end, so that each name is free when a file takes it.
        steps = [
            Step(target, own if one_file else mine[target], decision.write or own)
            for target, (decision, own) in reversed(decisions.items())
        ]
        after: dict[str, Entry | None] = {
            target: replace(decision.entry, offered="")
            for target, (decision, _) in decisions.items()
            if decision.entry is not None
        }
        if not ring:
            reused = files.get(first)
            if reused is not None and decide(Sides(first, NEVER, None, None, reused)).write is None:
                return None
            after[first] = synced(reused) if reused is not None else None
            steps += [] if one_file else [Step(first, mine[first], reused)]
        return self._told(names, decisions, tuple(steps), after)

    def _makes_way(self, name: str, mine: Version | None) -> bool:
        """Tell whether a name is free, or what has it is nothing of the participant's."""
        if mine is None:
            return not (self.into / name).exists()
        entry = self.manifest.entries.get(name)
        return entry is not None and not edited(entry, mine)

    def _told(
        self,
        names: list[str],
        decisions: Mapping[str, tuple[Decision, Version]],
        steps: tuple[Step, ...],
        after: Mapping[str, Entry | None],
    ) -> Fate:
        """Return the fate in words, each file under its new name."""
        entries, told = self.manifest.entries, []
        for old, new in pairwise(names):
            decision, mine = decisions[new]
            action, why = Action.UPDATED, f"the workshop renamed {old}"
            if decision.write is None and mine.sha256 != entries[old].sha256:
                action, why = Action.MERGED, f"{why}; what you changed moved along"
            elif decision.action == Action.MERGED:
                action, why = Action.MERGED, f"{why}; {decision.why}"
            told.append(Fate(new, action, why))
        if after[names[0]] is not None and names[0] not in decisions:
            told.append(Fate(names[0], Action.UPDATED, "it is new"))
        return replace(told[-1], steps=steps, entries=after, others=tuple(told[:-1]))


def version_of(file: Path) -> Version | None:
    """Return what a file is; None when there is none. Raises OSError when it cannot be read."""
    return None if status_of(file) is None else Version(file.read_bytes(), file.read_bytes)


def _is_one_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
