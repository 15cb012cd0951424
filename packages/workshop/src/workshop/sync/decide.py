"""What becomes of one file, from three versions of it. Nothing is written here.

*Last synced* is the version that the last sync laid down, *mine* what the participant's folder has now,
*offered* what the organiser has now. "I changed it" means that the file says something else than what was
synced: to have run a notebook, or to have saved it in another layout, is no change.

The first row that fits counts.

============  ==============================  ====================  ========================================
last synced   mine                            offered               outcome
============  ==============================  ====================  ========================================
any           a link, or a folder in its      a file                beside
              place                           no longer there       nothing
never         any                             no longer there       nothing
a version     I deleted it                    no longer there       nothing
a version     not changed, but read-only or   no longer there       kept, and from now on the participant's
              another account's
a version     not changed                     no longer there       backed-up: it goes to the backup
a version     I changed it                    no longer there       kept, and said once
any           any                             another version, a    refused, until a valid one is offered
                                              notebook that is not
                                              valid
never         there is none                   a file                updated: it is new
a version     I deleted it                    any                   restored: the offered version is written
any           the very same bytes             any                   nothing; from now on it counts as synced
never         says the same                   a file                nothing; from now on it counts as synced
never         another file                    a file                beside: mine keeps the name
a version     a notebook that is cut off      the same version      beside
a version     an earlier synced version: my   the same version      updated, as from that earlier version
              folder was restored
a version     anything else                   the same version      nothing
a version     as it was synced                another version       updated
a version     I changed it, and it says the   another version       nothing: both made one change
              same as offered
a version     I only ran it                   another version       updated; outputs of cells that stayed are
                                                                    kept. Kept, when that leaves my file as
                                                                    it is
a version     I changed it                    another version, a    merged by cell: my answer to an exercise
                                              notebook              stays. Kept, when mine has all of it.
                                                                    Beside, when both changed another cell,
                                                                    when mine is no valid notebook, or when
                                                                    the synced bytes are lost
a version     I changed it                    another version, no   beside
                                              notebook
a version     read-only, or another           another version       beside in place of updated or merged
              account's
============  ==============================  ====================  ========================================

Where bytes go: *updated*, *merged* and *restored* write over the participant's file, which ``apply`` backs up
before. *Beside* leaves that file as it is and writes the offered version under a name of its own
(``NAME.upstream-REVISION``), each version only once. All other outcomes write nothing.

Two more outcomes are none of this function's: *deferred* (somebody has the notebook open, or saved it while
the sync ran; see ``apply``) and a *rename*, by which "last synced" and "mine" are those of the old name
(``find_renames``; ``plan`` moves the files).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from workshop.sync.merge import (
    SAME_FILE,
    ConflictError,
    Document,
    Effort,
    Version,
    answered,
    dump,
    fault_of,
    merge,
    same,
    same_cells,
    without_ids,
    without_outputs,
)

NEWER = "there is a newer version"
REMEMBERED = 20
"""So many earlier versions of a file are still known for the workshop's own."""
MOST_PAIRS = 2_500
"""So many pairs of names are compared, at most."""


@dataclass(frozen=True)
class Entry:
    """What was delivered under one name."""

    sha256: str
    """Hash of the delivered bytes; empty when nothing was delivered under this name, only offered."""
    meaning: str = ""
    """Hash of what they mean (``Version.meaning``)."""
    offered: str = ""
    """Hash of a newer version that lies, or lay, beside the participant's file."""
    earlier: tuple[str, ...] = ()
    """What earlier deliveries meant, the newest last: a restored snapshot brings one of them back."""
    gone: bool = False
    """Whether the workshop has the file no longer; the participant changed it, and it may come back."""


NEVER = Entry("")
"""Of what was neither delivered nor offered; no record has it."""


def synced(version: Version, before: Entry = NEVER) -> Entry:
    """Return the entry of a file that was delivered in this version."""
    if not before.sha256:
        return Entry(version.sha256, version.meaning)
    if before.sha256 == version.sha256:
        return replace(before, offered="", gone=False)
    earlier = (*(old for old in before.earlier if old != before.meaning), before.meaning)[-REMEMBERED:]
    return Entry(version.sha256, version.meaning, earlier=earlier)


def edited(entry: Entry, mine: Version) -> bool:
    """Tell whether the participant changed the file; having run a notebook is no change."""
    return mine.sha256 != entry.sha256 and mine.meaning not in (entry.meaning, *entry.earlier)


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
class Sides:
    """The versions of one file; None where a side has none, or where the bytes are lost."""

    path: str
    last: Entry
    """What the record says of the version that was synced last."""
    base: Version | None
    """The bytes of that version; only a merge needs them."""
    mine: Version | None
    offered: Version | None
    in_the_way: str = ""
    """What of the participant's has the file's place, such as a link; empty for nothing."""
    protected: str = ""
    """Why the participant's file must not be replaced; empty when it may."""
    both_mine: bool = False
    """Whether the offered version is the participant's, too: a folder packed on another machine. Then two
    answers to one exercise contradict each other, and none goes first."""
    effort: Effort = field(default_factory=Effort)
    """What of this sync's time for comparing cells is left."""


@dataclass(frozen=True)
class Decision:
    """The action, the reason for people, what to write and what to remember."""

    action: Action
    why: str = ""
    write: Version | None = None
    entry: Entry | None = None
    """What the record says afterwards; None takes the file off it."""


def decide(sides: Sides) -> Decision:
    """Decide what becomes of one file, by the table above."""
    last, mine, offered = sides.last, sides.mine, sides.offered
    if sides.in_the_way:
        return Decision(Action.NOTHING) if offered is None else beside(last, offered, sides.in_the_way)
    if offered is None:
        return _no_longer_there(sides)
    last = replace(last, gone=False)  # if it was, it is back
    is_news = offered.sha256 != last.sha256
    if is_news and is_notebook(sides.path) and (fault := offered.fault):
        why = f"the workshop's new version is not a valid notebook: {fault}"
        return Decision(Action.REFUSED, why, None, last)
    if mine is None:
        action, why = (Action.RESTORED, "it was missing") if last.sha256 else (Action.UPDATED, "it is new")
        return Decision(action, why, offered, synced(offered, last))
    if mine.sha256 == offered.sha256 or (not last.sha256 and mine.meaning == offered.meaning):
        return Decision(Action.NOTHING, entry=synced(offered, last))
    if not last.sha256:
        return beside(last, offered, "a file of yours already has this name")
    if not is_news:
        if is_notebook(sides.path) and not mine.data.rstrip().endswith(b"}"):
            return beside(last, offered, "your file is not a whole notebook")
        if mine.meaning not in last.earlier or mine.meaning == last.meaning:
            return Decision(Action.NOTHING, entry=last)
        # A restored snapshot did not grow from the version that was synced last, so there is no base. Nobody
        # edited it either: it is taken for a notebook that was only run.
        sides = replace(sides, base=None)
    decision = _combined(sides, last, mine, offered)
    if sides.protected and decision.action in (Action.UPDATED, Action.MERGED):
        return beside(last, offered, sides.protected)
    return decision


def _no_longer_there(sides: Sides) -> Decision:
    last, mine, why = sides.last, sides.mine, "the workshop no longer has this file"
    if not last.sha256 or mine is None:
        return Decision(Action.NOTHING)
    if last.gone:
        return Decision(Action.NOTHING, entry=last)
    if edited(last, mine):
        return Decision(Action.KEPT, f"{why}, but you changed it", entry=replace(last, gone=True))
    if sides.protected:
        return Decision(Action.KEPT, f"{why}; {sides.protected}")
    return Decision(Action.BACKED_UP, why)


def _combined(sides: Sides, last: Entry, mine: Version, offered: Version) -> Decision:
    """Decide on a file that both have and of which there is another version: replace, merge, or keep both."""
    after = synced(offered, last)
    if mine.sha256 == last.sha256:
        return Decision(Action.UPDATED, NEWER, offered, after)
    changed, own, new = edited(last, mine), mine.notebook, offered.notebook
    if mine.meaning == offered.meaning and (changed or own is None or new is None):
        return Decision(Action.NOTHING, entry=after)
    if own is None or new is None:
        if not changed:
            return Decision(Action.UPDATED, NEWER, offered, after)
        if own is None and is_notebook(sides.path):
            return beside(last, offered, "your file is not a whole notebook")
        return beside(last, offered, "you changed this file and so did the workshop")
    old = sides.base.notebook if sides.base is not None else None
    if changed and old is None:
        return beside(last, offered, "you changed this file and so did the workshop")
    try:
        document = _merged(sides, own, new, old, changed)
        invalid = fault_of(document)
    except ConflictError as conflict:
        return beside(last, offered, str(conflict))
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError):
        invalid = "it cannot be merged"
    if invalid:
        return beside(last, offered, "your file is not a valid notebook, so nothing was merged into it")
    if same(document, own):
        if mine.meaning == offered.meaning and not any(cell.get("outputs") for cell in new["cells"]):
            return Decision(Action.NOTHING, entry=after)
        return Decision(Action.KEPT, "it has the workshop's changes already; your outputs stay", None, after)
    action, why = Action.UPDATED, NEWER
    if changed:
        action, why = Action.MERGED, "your changes and the new version are both in it"
        if answers := answered(document, new):
            why = f"{why}; your answers stay: {', '.join(answers)}"
    if same(document, new):
        return Decision(action, why, offered, after)
    written = Version(dump(document))
    # A merge may come to what an earlier version said; that is then no restored snapshot.
    earlier = tuple(each for each in after.earlier if each != written.meaning)
    return Decision(action, why, written, replace(after, earlier=earlier))


def _merged(sides: Sides, own: Document, new: Document, old: Document | None, changed: bool) -> Document:
    """Return the notebook with both sides' changes; raises ConflictError where they contradict each other."""
    if changed and old is not None:
        return merge(old, own, new, sides.both_mine, sides.effort)
    # What was only run grew from the synced version, or from an earlier one of which the text is left.
    grew = sides.base is not None and sides.mine is not None and sides.base.meaning == sides.mine.meaning
    before = old if old is not None and grew else without_outputs(own)
    try:
        return merge(before, own, new, sides.both_mine, sides.effort)
    except ConflictError:
        # Nobody changed it but some tool that dealt out other ids: its cells go by what they say.
        bare = without_ids(own)
        return merge(without_outputs(bare), bare, new, sides.both_mine, sides.effort)


def is_notebook(path: str) -> bool:
    """Tell whether a file's name is a notebook's."""
    return path.endswith(".ipynb")


def beside(last: Entry, offered: Version, why: str) -> Decision:
    """Offer a version beside the participant's file, but each version only once."""
    if last.offered == offered.sha256:
        return Decision(Action.NOTHING, entry=last)
    return Decision(Action.BESIDE, why, offered, replace(last, offered=offered.sha256))


Versions = Mapping[str, Version]


def find_renames(gone: Versions, new: Versions) -> dict[str, str]:
    """Return, for files of ``new``, the name that each had in ``gone``; each old name is used once.

    Equal content comes first, then the likest pair, from half of the content on.
    """
    by_content = {each.sha256: old for old, each in sorted(gone.items(), reverse=True) if each.size}
    renames: dict[str, str] = {}
    for fresh, each in sorted(new.items()):
        if (old := by_content.get(each.sha256)) and _alike_named(old, fresh):
            renames[fresh] = by_content.pop(each.sha256)
    left = [old for old in gone if old not in renames.values()]
    free = [fresh for fresh in new if fresh not in renames]
    if not 0 < len(left) * len(free) <= MOST_PAIRS:
        return renames
    effort = Effort()
    before, after = (
        {old: _content(gone[old]) for old in left},
        {fresh: _content(new[fresh]) for fresh in free},
    )
    scores = sorted(
        (-score, PurePosixPath(old).name != PurePosixPath(fresh).name, old, fresh)
        for old in left
        for fresh in free
        if _alike_named(old, fresh) and (score := _common(before[old], after[fresh], effort)) >= SAME_FILE
    )
    for _, _, old, fresh in scores:
        if fresh not in renames and old not in renames.values():
            renames[fresh] = old
    return renames


def _alike_named(old: str, fresh: str) -> bool:
    return PurePosixPath(old).suffix == PurePosixPath(fresh).suffix


def likeness(before: Version, after: Version, effort: Effort) -> float:
    """Return which part of two versions is common, from 0 to 1; empty files are not alike.

    Of notebooks a cell that kept its id or the name of its exercise, and was changed, counts half.
    """
    return _common(_content(before), _content(after), effort)


def _content(version: Version) -> tuple[bool, list[Any]]:
    """Return whether a file is a notebook, and its cells, or else its lines; binary data has none."""
    if (document := version.notebook) is not None:
        return True, document["cells"]
    return False, [] if b"\0" in version.data else version.data.splitlines()


def _common(before: tuple[bool, list[Any]], after: tuple[bool, list[Any]], effort: Effort) -> float:
    if before[0] != after[0] or not before[1]:
        return 0.0
    return same_cells(before[1], after[1], effort) if before[0] else effort.ratio(before[1], after[1])


def moves(renames: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield groups of names of which each file takes the next one's, from ``find_renames``.

    Names may be used again: where a lesson was put before others, ``lesson2`` may now be what ``lesson1``
    was, and ``lesson3`` what ``lesson2`` was. A ring begins and ends with the same name.
    """
    forward = {before: after for after, before in renames.items()}
    starts = [name for name in forward if name not in renames]
    seen: set[str] = set()
    for name in (*starts, *forward):
        if name in seen:
            continue
        names = [name]
        seen.add(name)
        while (following := forward.get(names[-1])) is not None:
            names.append(following)
            if following in seen:
                break
            seen.add(following)
        yield names
