"""Decide on one file from three versions: delivered, the participant's, the organiser's. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workshop.sync.merge import ConflictError, Effort, merge
from workshop.sync.notebook import (
    Document,
    Version,
    answered,
    dump,
    fault_of,
    same,
    without_outputs,
)
from workshop.sync.state import Entry, delivered, edited

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
    others: tuple[Fate, ...] = ()
    """What people are told of other files that these steps change; without steps of their own."""
