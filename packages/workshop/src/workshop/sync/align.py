"""Which cell of one version is which cell of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from workshop.sync.notebook import Cell, body, source

ALIKE = 0.6
"""Two cells without a common id are one cell, edited, when their texts are at least so similar."""
LONG = 20_000
"""Characters beyond which texts are not compared for likeness: that would take minutes."""

Pairs = dict[int, int]


def align(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    """Return for cells of ``new`` (by position) which cell of ``old`` each one was.

    Ids decide where both have them and they are unique. The rest is matched by content: first
    equal cells in order, then equal cells anywhere, then, between matched neighbours, similar ones.
    """
    pairs = _by_id(old, new)
    _in_order(old, new, pairs)
    _anywhere(old, new, pairs)
    _similar(old, new, pairs)
    return pairs


def unique_ids(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the position of each id that only one cell has."""
    counts = Counter(str(cell["id"]) for cell in cells if "id" in cell)
    return {
        str(cell["id"]): number
        for number, cell in enumerate(cells)
        if "id" in cell and counts[str(cell["id"])] == 1
    }


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    before, after = unique_ids(old), unique_ids(new)
    return {after[name]: before[name] for name in after if name in before}


def _free(cells: Sequence[Cell], taken: set[int]) -> list[int]:
    return [number for number in range(len(cells)) if number not in taken]


def _in_order(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match equal cells along the longest common run of both versions."""
    mine, theirs = _free(new, set(pairs)), _free(old, set(pairs.values()))
    if not mine or not theirs:
        return
    matcher = SequenceMatcher(
        None, [body(old[number]) for number in theirs], [body(new[number]) for number in mine], False
    )
    for start, target, length in matcher.get_matching_blocks():
        for step in range(length):
            pairs[mine[target + step]] = theirs[start + step]


def _anywhere(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match equal cells that moved; an empty cell is like any other, so it does not count."""
    places: dict[object, list[int]] = {}
    for number in _free(old, set(pairs.values())):
        places.setdefault(body(old[number]), []).append(number)
    for number in _free(new, set(pairs)):
        candidates = places.get(body(new[number]))
        if candidates and source(new[number]).strip():
            pairs[number] = candidates.pop(0)


def _similar(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match similar cells that stand between the same matched neighbours."""
    free_old = _free(old, set(pairs.values()))
    partner = {before: after for after, before in pairs.items()}
    for number in _free(new, set(pairs)):
        after = max((pairs[place] for place in pairs if place < number), default=-1)
        candidates = [
            place
            for place in free_old
            if place > after and all(partner[other] > number for other in partner if other > place)
        ]
        best = max(candidates, key=lambda place: likeness(old[place], new[number]), default=None)
        if best is not None and likeness(old[best], new[number]) >= ALIKE:
            pairs[number] = best
            partner[best] = number
            free_old.remove(best)


def likeness(one: Cell, other: Cell) -> float:
    """Return how similar two cells' texts are, from 0 to 1; in cells of two types only equal ones are."""
    mine, theirs = source(one), source(other)
    if len(mine) + len(theirs) > LONG or one.get("cell_type") != other.get("cell_type"):
        return 1.0 if mine == theirs else 0.0
    matcher = SequenceMatcher(None, mine, theirs, False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
