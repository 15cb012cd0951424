"""Decide on every file from three versions: delivered, the participant's, the organiser's. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from workshop.sync.files import (
    ChangedError,
    Obstacle,
    free_place,
    makes_way,
    obstacle,
    protection,
    reason,
)
from workshop.sync.merge import ConflictError, Effort, find_renames, merge
from workshop.sync.notebook import (
    Document,
    Version,
    answered,
    dump,
    fault_of,
    same,
    without_outputs,
)
from workshop.sync.source import Source
from workshop.sync.state import NEVER, Entry, HashCache, Manifest, delivered, edited

NOTEBOOK = ".ipynb"
NEWER = "there is a newer version"


class Action(StrEnum):
    """What is done with a file."""

    NOTHING = "nothing"
    UPDATED = "updated"
    MERGED = "merged"
    KEPT = "kept"
    BESIDE = "beside"
    RESTORED = "restored"
    BACKED_UP = "backed-up"
    REFUSED = "refused"
    DEFERRED = "deferred"


@dataclass(frozen=True)
class Decision:
    """One file's fate: the action, the reason for people, what to write and what to remember."""

    action: Action
    why: str = ""
    write: Version | None = None
    entry: Entry | None = None
    """What the manifest says afterwards; None takes the file off it."""


@dataclass(frozen=True)
class Sides:
    """The versions of one file; None where a side has none, or where the bytes are lost."""

    path: str
    entry: Entry
    base: Version | None
    mine: Version | None
    theirs: Version | None
    equal: bool = False
    """Whether theirs is the participant's, too (``Source.equal``)."""
    effort: Effort = field(default_factory=Effort)


def decide(sides: Sides) -> Decision:
    """Decide what becomes of one file."""
    entry, mine, theirs = sides.entry, sides.mine, sides.theirs
    if theirs is None:
        return _upstream_deleted(entry, mine)
    entry = replace(entry, gone=False)  # if it was, it is back
    if entry.sha256 == theirs.sha256:
        return _no_news(sides, entry, theirs)
    if _is_notebook(sides.path) and (fault := theirs.fault):
        why = f"the workshop's new version is not a valid notebook: {fault}"
        return Decision(Action.REFUSED, why, None, entry)
    if mine is None:
        return _absent(entry, theirs)
    if mine.sha256 == theirs.sha256 or (not entry.sha256 and mine.meaning == theirs.meaning):
        return Decision(Action.NOTHING, entry=delivered(theirs, entry))
    if not entry.sha256:
        return beside(entry, theirs, "a file of yours already has this name")
    return _both_there(sides, entry, mine, theirs)


def _both_there(sides: Sides, entry: Entry, mine: Version, theirs: Version) -> Decision:
    """Decide on a file that both have and of which there is a newer version: replace, merge, or keep both."""
    after = delivered(theirs, entry)
    if mine.sha256 == entry.sha256:
        return Decision(Action.UPDATED, NEWER, theirs, after)
    changed = edited(entry, mine)
    if mine.meaning == theirs.meaning and (changed or mine.notebook is None or theirs.notebook is None):
        return Decision(Action.NOTHING, entry=after)
    base = sides.base
    if changed:
        if _is_notebook(sides.path) and mine.notebook is None:
            return beside(entry, theirs, "your file is not a whole notebook")
        if base is None or base.notebook is None or mine.notebook is None or theirs.notebook is None:
            return beside(entry, theirs, "you changed this file and so did the workshop")
        action, why, before = Action.MERGED, "your changes and the new version are both in it", base.notebook
    elif mine.notebook is None or theirs.notebook is None:
        return Decision(Action.UPDATED, NEWER, theirs, after)
    else:
        # What was only run grew from the delivered version, or from an earlier one of which the text is left.
        known = base.notebook if base is not None and base.meaning == mine.meaning else None
        before = known or without_outputs(mine.notebook)
        action, why = Action.UPDATED, NEWER
    try:
        try:
            document = merge(before, mine.notebook, theirs.notebook, sides.equal, sides.effort)
        except ConflictError:
            if changed:
                raise
            # Nobody changed it but some tool that dealt out other ids: its cells go by what they say.
            bare = _without_ids(mine.notebook)
            document = merge(without_outputs(bare), bare, theirs.notebook, sides.equal, sides.effort)
        invalid = fault_of(document)
    except ConflictError as conflict:
        return beside(entry, theirs, str(conflict))
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError):
        invalid = "it cannot be merged"
    if invalid:
        return beside(entry, theirs, "your file is not a valid notebook, so nothing was merged into it")
    if changed and (answers := answered(document, theirs.notebook)):
        why = f"{why}; your answers stay: {', '.join(answers)}"
    return _merged(action, why, document, mine, theirs, after)


def _without_ids(document: Document) -> Document:
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in document["cells"]]
    return {**document, "cells": cells}


def _merged(
    action: Action, why: str, document: Document, mine: Version, theirs: Version, after: Entry
) -> Decision:
    """Return the decision to write a merged notebook, unless one side has exactly that already."""
    if same(document, mine.notebook):
        if mine.meaning == theirs.meaning and not _has_outputs(theirs):
            return Decision(Action.NOTHING, entry=after)
        return Decision(Action.KEPT, "it has the workshop's changes already; your outputs stay", None, after)
    if same(document, theirs.notebook):
        return Decision(action, why, theirs, after)
    written = Version(dump(document))
    # A merge may come to what an earlier version said; that is then no restored snapshot.
    earlier = tuple(old for old in after.earlier if old != written.meaning)
    return Decision(action, why, written, replace(after, earlier=earlier))


def _has_outputs(version: Version) -> bool:
    return version.notebook is not None and any(cell.get("outputs") for cell in version.notebook["cells"])


def _is_notebook(path: str) -> bool:
    return path.endswith(NOTEBOOK)


def _no_news(sides: Sides, entry: Entry, theirs: Version) -> Decision:
    """The delivered version is still the newest one."""
    mine = sides.mine
    if mine is None:
        return _absent(entry, theirs)
    if mine.sha256 == entry.sha256:
        return Decision(Action.NOTHING, entry=entry)
    if _is_notebook(sides.path) and not _looks_whole(mine):
        return beside(entry, theirs, "your file is not a whole notebook")
    if entry.earlier and mine.meaning in entry.earlier and mine.meaning != entry.meaning:
        # It did not grow from the version that was delivered last.
        return _both_there(replace(sides, base=None), entry, mine, theirs)
    return Decision(Action.NOTHING, entry=entry)


def _looks_whole(version: Version) -> bool:
    """Tell whether the bytes may be a JSON object; reading all of it would take too long for each run."""
    return version.data.rstrip().endswith(b"}")


def _absent(entry: Entry, theirs: Version) -> Decision:
    action, why = (Action.RESTORED, "it was missing") if entry.sha256 else (Action.UPDATED, "it is new")
    return Decision(action, why, theirs, delivered(theirs, entry))


def beside(entry: Entry, theirs: Version, why: str) -> Decision:
    """Offer upstream's version beside the participant's file, but each version only once."""
    if entry.offered == theirs.sha256:
        return Decision(Action.NOTHING, entry=entry)
    return Decision(Action.BESIDE, why, theirs, replace(entry, offered=theirs.sha256))


def _upstream_deleted(entry: Entry, mine: Version | None) -> Decision:
    if not entry.sha256 or mine is None:
        return Decision(Action.NOTHING)
    if entry.gone:
        return Decision(Action.NOTHING, entry=entry)
    if edited(entry, mine):
        why = "the workshop no longer has this file, but you changed it"
        return Decision(Action.KEPT, why, entry=replace(entry, gone=True))
    return Decision(Action.BACKED_UP, "the workshop no longer has this file")


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
        renamed = self._follow_renames()
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

    def _follow_renames(self) -> list[Fate]:
        """Move the participant's file along when the workshop renamed it; what fails is seen as two files."""
        files, entries = self.source.files, self.manifest.entries
        fresh = {path: version for path, version in files.items() if path not in entries}
        gone: dict[str, Version] = {}
        for path, entry in entries.items() if fresh else ():
            unknown = path in files or not entry.sha256 or entry.gone or self.source.is_unknown(path)
            if not unknown and (base := self.manifest.base(path)) is not None:
                gone[path] = base
        fates: list[Fate] = []
        try:
            for new, old in (find_renames(gone, fresh) if gone else {}).items():
                fate = self._renamed(old, new, gone[old])
                fates += [fate] if fate is not None else []
        except Exception:  # each of them is looked at again, apart, by its own name
            return fates
        finally:
            for version in (*gone.values(), *fresh.values()):
                version.forget()
        return fates

    def _renamed(self, old: str, new: str, base: Version) -> Fate | None:
        """Return the fate of a renamed file; None when the two names are better seen apart."""
        entry, theirs = self.manifest.entries[old], self.source.files[new]
        if obstacle(self.into, old) or obstacle(self.into, new) or protection(self.into / old):
            return None
        mine = self.hashes.version(self.into / old)
        # A file system that ignores case shows the old file under both names: it keeps the one it has.
        one_file = _is_one_file(self.into / old, self.into / new)
        if mine is None or ((self.into / new).exists() and not one_file):
            return None
        decision = decide(Sides(new, entry, base, mine, theirs, self.source.equal, self.effort))
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


def _differ(entry: Entry, mine: Version | None, theirs: Version | None) -> bool:
    """Tell whether a merge may be needed, so that most bases are never read."""
    if mine is None or theirs is None:
        return False
    return entry.sha256 not in (mine.sha256, theirs.sha256) and mine.sha256 != theirs.sha256


def _is_one_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
