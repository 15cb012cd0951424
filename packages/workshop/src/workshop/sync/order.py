"""The order of a merged notebook's cells."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from workshop.sync.metadata import ConflictError

Item = TypeVar("Item", bound=Hashable)


def arrange(base: Sequence[Item], mine: Sequence[Item], theirs: Sequence[Item]) -> list[Item]:
    """Return every item of ``mine`` and ``theirs`` once.

    The organiser's order is the frame and the participant's own items follow the item that they
    followed; what both put in one place comes organiser's first. When only the participant moved
    items, theirs is the frame. Raises ConflictError when both moved items in two ways.
    """
    common = set(base) & set(mine) & set(theirs)
    was, is_mine, is_theirs = ([item for item in side if item in common] for side in (base, mine, theirs))
    if is_mine != was and is_theirs != was and is_mine != is_theirs:
        raise ConflictError("you and the workshop moved cells")
    if is_mine != was and is_theirs == was:
        return _insert(list(mine), theirs, behind=set())
    return _insert(list(theirs), mine, behind=set(theirs) - set(base))


def _insert(frame: list[Item], others: Sequence[Item], behind: set[Item]) -> list[Item]:
    """Put each item that the frame lacks after its predecessor, and after the items of ``behind`` there."""
    place = 0
    for item in others:
        if item in frame:
            place = frame.index(item) + 1
            continue
        while place < len(frame) and frame[place] in behind and frame[place] not in others:
            place += 1
        frame.insert(place, item)
        place += 1
    return frame
