"""Decide what becomes of one file, from its three versions. Nothing here touches a disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath

from workshop.sync.merge import merge, without_outputs
from workshop.sync.metadata import ConflictError, same
from workshop.sync.notebook import Document, Version, dump, faults

NOTEBOOK = ".ipynb"
REMEMBERED = 20
"""So many earlier versions of a file are still known for the workshop's own."""


@dataclass(frozen=True)
class Entry:
    """What was delivered under one name."""

    sha256: str
    """Hash of the delivered bytes; empty when nothing was delivered under this name, only offered."""
    meaning: str
    """Hash of what they mean (``Version.meaning``)."""
    offered: str = ""
    """Hash of a newer version that lies, or lay, beside the participant's file."""
    earlier: tuple[str, ...] = ()
    """What earlier deliveries meant, the newest last: a restored snapshot brings one of them back."""


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
    entry: Entry | None
    base: Version | None
    mine: Version | None
    theirs: Version | None


def delivered(version: Version, before: Entry | None = None) -> Entry:
    """Return the entry of a file that was delivered in this version."""
    if before is None or not before.sha256:
        return Entry(version.sha256, version.meaning)
    if before.sha256 == version.sha256:
        return replace(before, offered="")
    earlier = (*(old for old in before.earlier if old != before.meaning), before.meaning)[-REMEMBERED:]
    return Entry(version.sha256, version.meaning, earlier=earlier)


def edited(entry: Entry, mine: Version) -> bool:
    """Tell whether the participant changed the file; having run a notebook is no change."""
    return mine.sha256 != entry.sha256 and mine.meaning not in (entry.meaning, *entry.earlier)


def decide(sides: Sides) -> Decision:
    """Decide what becomes of one file."""
    entry, mine, theirs = sides.entry, sides.mine, sides.theirs
    if theirs is None:
        return _upstream_deleted(entry, mine)
    if entry is not None and entry.sha256 == theirs.sha256:
        return _no_news(sides, entry, theirs)
    if _is_notebook(sides.path) and (fault := _fault(theirs)):
        return Decision(
            Action.REFUSED, f"the workshop's new version is not a valid notebook: {fault}", None, entry
        )
    if mine is None:
        return _absent(entry, theirs)
    if mine.sha256 == theirs.sha256:
        return Decision(Action.NOTHING, entry=delivered(theirs, entry))
    if entry is None or not entry.sha256:
        if mine.meaning == theirs.meaning:
            return Decision(Action.NOTHING, entry=delivered(theirs, entry))
        return beside(entry, theirs, "a file of yours already has this name")
    return _both_there(sides, entry, mine, theirs)


def _both_there(sides: Sides, entry: Entry, mine: Version, theirs: Version) -> Decision:
    after = delivered(theirs, entry)
    if mine.sha256 == entry.sha256:
        return Decision(Action.UPDATED, "there is a newer version", theirs, after)
    if edited(entry, mine):
        if mine.meaning == theirs.meaning:
            return Decision(Action.NOTHING, entry=after)
        return _merge_edited(sides, entry, mine, theirs)
    if mine.notebook is None or theirs.notebook is None:
        if mine.meaning == theirs.meaning:
            return Decision(Action.NOTHING, entry=after)
        return Decision(Action.UPDATED, "there is a newer version", theirs, after)
    known = sides.base is not None and sides.base.meaning == mine.meaning
    base = sides.base.notebook if known and sides.base is not None else None
    document = merge(base or without_outputs(mine.notebook), mine.notebook, theirs.notebook)
    return _merged(Action.UPDATED, "there is a newer version", document, mine, theirs, after)


def _merge_edited(sides: Sides, entry: Entry, mine: Version, theirs: Version) -> Decision:
    if _is_notebook(sides.path) and mine.notebook is None:
        return beside(entry, theirs, "your file is not a whole notebook")
    base = sides.base.notebook if sides.base is not None else None
    if base is None or mine.notebook is None or theirs.notebook is None:
        return beside(entry, theirs, "you changed this file and so did the workshop")
    try:
        document = merge(base, mine.notebook, theirs.notebook)
    except ConflictError as conflict:
        return beside(entry, theirs, str(conflict))
    if next(faults(document), None) is not None:
        return beside(entry, theirs, "your file is not a valid notebook, so nothing was merged into it")
    return _merged(
        Action.MERGED, "your changes and the new version are both in it", document, mine, theirs,
        delivered(theirs, entry),
    )  # fmt: skip


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


def _fault(version: Version) -> str:
    """Say what is wrong with the workshop's notebook; empty when it can be delivered."""
    if version.notebook is None:
        return "it cannot be read"
    return next(faults(version.notebook), "")


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
        return _both_there(replace_base(sides), entry, mine, theirs)
    return Decision(Action.NOTHING, entry=entry)


def replace_base(sides: Sides) -> Sides:
    """Return the sides without the delivered version, which is not what the participant's grew from."""
    return replace(sides, base=None)


def _looks_whole(version: Version) -> bool:
    """Tell whether the bytes may be a JSON object; reading all of it would take too long for each run."""
    return version.data.rstrip().endswith(b"}")


def _absent(entry: Entry | None, theirs: Version) -> Decision:
    if entry is None or not entry.sha256:
        return Decision(Action.UPDATED, "it is new", theirs, delivered(theirs, entry))
    return Decision(Action.RESTORED, "it was missing", theirs, delivered(theirs, entry))


def beside(entry: Entry | None, theirs: Version, why: str) -> Decision:
    """Offer upstream's version beside the participant's file, but each version only once."""
    entry = entry or Entry("", "")
    if entry.offered == theirs.sha256:
        return Decision(Action.NOTHING, entry=entry)
    return Decision(Action.BESIDE, why, theirs, replace(entry, offered=theirs.sha256))


def _upstream_deleted(entry: Entry | None, mine: Version | None) -> Decision:
    if entry is None or not entry.sha256 or mine is None:
        return Decision(Action.NOTHING)
    if edited(entry, mine):
        return Decision(Action.KEPT, "the workshop no longer has this file, but you changed it")
    return Decision(Action.BACKED_UP, "the workshop no longer has this file")


def beside_name(path: str, revision: str, part: int = -1, number: int = 1) -> str:
    """Return where upstream's version goes: ``10-mlp.ipynb`` → ``10-mlp.upstream-REV.ipynb``.

    ``part`` says which part of the path gets another name; ``number`` tells several such files apart.
    """
    parts = list(PurePosixPath(path).parts)
    last = part in (-1, len(parts) - 1)
    name = PurePosixPath(parts[part])
    stem, suffix = (name.stem, name.suffix) if last else (name.name, "")
    again = f"-{number}" if number > 1 else ""
    parts[part] = f"{stem}.upstream-{revision}{again}{suffix}"
    return str(PurePosixPath(*parts))
