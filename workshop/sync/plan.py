"""Decide what becomes of one file, from its three versions. Nothing here touches a disk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from workshop.sync.notebook import Version, with_outputs_of


@dataclass(frozen=True)
class Entry:
    """What was delivered under one name."""

    sha256: str
    """Hash of the delivered bytes."""
    meaning: str
    """Hash of what they mean (``Version.meaning``)."""
    offered: str = ""
    """Hash of a newer version that lies, or lay, beside the participant's file."""


class Action(StrEnum):
    """What is done with a file."""

    NOTHING = "nothing"
    UPDATED = "updated"
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


def delivered(version: Version) -> Entry:
    """Return the entry of a file that was delivered in this version."""
    return Entry(version.sha256, version.meaning)


def edited(base: Entry, mine: Version) -> bool:
    """Tell whether the participant changed the file; having run a notebook is no change."""
    return mine.sha256 != base.sha256 and mine.meaning != base.meaning


def decide(base: Entry | None, mine: Version | None, theirs: Version | None) -> Decision:
    """Decide from the delivered version, the participant's (None: absent) and upstream's (None: deleted)."""
    if theirs is None:
        return _upstream_deleted(base, mine)
    if mine is None:
        return _absent(base, theirs)
    if mine.sha256 == theirs.sha256 or mine.meaning == theirs.meaning:
        return Decision(Action.NOTHING, entry=delivered(theirs))
    if base is None:
        return _beside(Entry("", ""), theirs, "a file of yours already has this name")
    if base.sha256 == theirs.sha256 or base.meaning == theirs.meaning:
        return Decision(Action.NOTHING, entry=base)
    if edited(base, mine):
        return _beside(base, theirs, "you changed this file and so did the workshop")
    return Decision(
        Action.UPDATED, "there is a newer version", with_outputs_of(theirs, mine), delivered(theirs)
    )


def _absent(base: Entry | None, theirs: Version) -> Decision:
    if base is None:
        return Decision(Action.UPDATED, "it is new", theirs, delivered(theirs))
    return Decision(Action.RESTORED, "it was missing", theirs, delivered(theirs))


def _beside(base: Entry, theirs: Version, why: str) -> Decision:
    """Offer upstream's version beside the participant's file, but each version only once."""
    if base.offered == theirs.sha256:
        return Decision(Action.NOTHING, entry=base)
    return Decision(Action.BESIDE, why, theirs, Entry(base.sha256, base.meaning, theirs.sha256))


def _upstream_deleted(base: Entry | None, mine: Version | None) -> Decision:
    if base is None or not base.sha256 or mine is None:
        return Decision(Action.NOTHING)
    if edited(base, mine):
        return Decision(Action.KEPT, "the workshop no longer has this file, but you changed it")
    return Decision(Action.BACKED_UP, "the workshop no longer has this file")


def beside_name(path: str, revision: str) -> str:
    """Return where upstream's version goes: ``10-mlp.ipynb`` → ``10-mlp.upstream-REV.ipynb``."""
    name = PurePosixPath(path)
    return str(name.with_name(f"{name.stem}.upstream-{revision}{name.suffix}"))
