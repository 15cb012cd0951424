"""Three-way merge of notebooks, cell by cell, and what is the same under another name: cells, and files.

Dictionaries in, a dictionary out. The organiser's version gives the order; the participant's edits, new
cells and outputs go into it. Where both changed the same cell, ``ConflictError`` is raised and the caller
leaves the participant's file as it is; but an answer to an exercise that asks for the same stays in its cell.
"""

from __future__ import annotations

import copy
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Container, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeVar

from workshop.sync.notebook import (
    VOLATILE_CELL_METADATA,
    VOLATILE_NOTEBOOK_METADATA,
    Cell,
    Document,
    asks_the_same,
    body,
    cell_meaning,
    exercise_of,
    is_code,
    same,
    settle_ids,
    source,
)

ALIKE = 0.6
"""Two cells without a common id are one cell, edited, when their texts are at least so similar."""
SAME_FILE = 0.5
"""At least this part of a file must have stayed for it to count as the same one."""
ONE_PAIR = 4_000_000
"""Texts whose lengths multiply to more are compared by lines, or only as a whole: it would take minutes."""
ABSENT = object()
Item = TypeVar("Item", bound=Hashable)
Pairs = dict[int, int]


class ConflictError(Exception):
    """Both sides changed the same thing in two ways; the text says which."""


def pick(base: Any, mine: Any, theirs: Any, what: str, mine_wins: bool = False) -> Any:
    """Return the side that changed; both the same way is no conflict.

    Raises ConflictError when both changed it in two ways, unless the participant's is to win.
    """
    if same(mine, theirs) or same(base, mine):
        return theirs
    if same(base, theirs) or mine_wins:
        return mine
    raise ConflictError(what)


def merge_metadata(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], volatile: set[str], what: str
) -> dict[str, Any]:
    """Merge key by key, and dictionaries within in the same way; volatile keys are the participant's.

    Raises ConflictError when a key was changed on both sides in two ways.
    """
    merged: dict[str, Any] = {}
    for key in [*theirs, *(key for key in mine if key not in theirs)]:
        before, ours, upstream = (side.get(key, ABSENT) for side in (base, mine, theirs))
        if key not in volatile and isinstance(ours, dict) and isinstance(upstream, dict):
            old = before if isinstance(before, dict) else {}
            merged[key] = merge_metadata(old, ours, upstream, set(), f"{what}, {key}")
            continue
        value = pick(before, ours, upstream, f"{what}, {key}", key in volatile)
        if value is not ABSENT:
            merged[key] = value
    return merged


@dataclass(frozen=True, eq=False)
class Slot:
    """One cell as each side has it; None where a side lacks it."""

    base: Cell | None
    mine: Cell | None
    theirs: Cell | None


def merge(
    base: Document, mine: Document, theirs: Document, equal: bool = False, effort: Effort | None = None
) -> Document:
    """Return the notebook with both sides' changes; the arguments stay as they are.

    ``equal``: both are a participant's, so that two answers to one exercise contradict each other.
    Raises ConflictError when both sides changed the same cell, the same setting or the order.
    """
    sides = (base["cells"], mine["cells"], theirs["cells"])
    merged = {slot: cell for slot in _slots(*sides, effort) if (cell := _merge_cell(slot, equal)) is not None}
    slot_of = {id(cell): slot for slot in merged for cell in (slot.base, slot.mine, slot.theirs)}
    ordered = arrange(*([slot_of[id(cell)] for cell in each if id(cell) in slot_of] for each in sides))
    minor = max(mine.get("nbformat_minor", 0), theirs.get("nbformat_minor", 0))
    cells = [copy.deepcopy(merged[slot]) for slot in ordered]
    _lend_outputs(mine["cells"], ordered, cells)
    # The organiser's id first: the next merge goes by it.
    pairs = ((slot.theirs, slot.mine) for slot in ordered)
    settle_ids(cells, [[cell["id"] for cell in pair if cell and "id" in cell] for pair in pairs], minor)
    return {
        "cells": cells,
        "metadata": _merge_notebook_metadata(base["metadata"], mine["metadata"], theirs["metadata"]),
        "nbformat": 4,
        "nbformat_minor": minor,
    }


def _slots(base: list[Cell], mine: list[Cell], theirs: list[Cell], effort: Effort | None) -> list[Slot]:
    """Bring together what is one cell in the three versions."""
    my_pairs, their_pairs = align(base, mine, effort), align(base, theirs, effort)
    in_mine = {place: mine[number] for number, place in my_pairs.items()}
    in_theirs = {place: theirs[number] for number, place in their_pairs.items()}
    slots = [Slot(cell, in_mine.get(number), in_theirs.get(number)) for number, cell in enumerate(base)]
    new_theirs: dict[str, deque[Cell]] = defaultdict(deque)
    for number in _free(theirs, their_pairs):
        new_theirs[cell_meaning(theirs[number])].append(theirs[number])
    for number in _free(mine, my_pairs):
        twins = new_theirs[cell_meaning(mine[number])]
        slots.append(Slot(None, mine[number], twins.popleft() if twins else None))
    return slots + [Slot(None, None, cell) for cells in new_theirs.values() for cell in cells]


def _merge_cell(slot: Slot, equal: bool) -> Cell | None:
    """Return the merged cell; None when it goes."""
    base, mine, theirs = slot.base, slot.mine, slot.theirs
    if mine is not None and theirs is not None:
        return _merge_both(base, mine, theirs, equal)
    if base is None:
        return mine or theirs
    if mine is not None:  # the organiser deleted it: an edit outlives that
        return mine if cell_meaning(mine) != cell_meaning(base) else None
    if theirs is not None and cell_meaning(theirs) != cell_meaning(base):
        raise ConflictError("you deleted a cell that the workshop changed")
    return None


def _merge_both(base: Cell | None, mine: Cell, theirs: Cell, equal: bool) -> Cell:
    before = base or {}
    what, is_answer = "you and the workshop changed the same cell", False
    if not equal and base is not None and (name := exercise_of(mine)) and name == exercise_of(base):
        # An answer outlives a stub that was rewritten, unless something else is asked for now.
        is_answer = asks_the_same(base, theirs)
        what = f"you answered the exercise {name}, in which the workshop now asks for something else"
    chosen = pick(body(before), body(mine), body(theirs), what, mine_wins=is_answer)
    merged = dict(theirs if body(theirs) == chosen else mine)
    what = "you and the workshop changed the same setting of a cell"
    old, ours, upstream = (side.get("metadata", {}) for side in (before, mine, theirs))
    merged["metadata"] = merge_metadata(old, ours, upstream, VOLATILE_CELL_METADATA, what)
    if is_code(merged):
        # Outputs go with the chosen text; where both sides have it, with the participant's run of it.
        has_run = body(theirs) != chosen or not same(_run(mine), _run(before))
        runner = mine if body(mine) == chosen and has_run else theirs
        merged["outputs"] = runner.get("outputs", [])
        merged["execution_count"] = runner.get("execution_count")
    return merged


def _run(cell: Cell) -> list[Any]:
    return [cell.get("outputs", []), cell.get("execution_count")]


def _lend_outputs(mine: list[Cell], ordered: list[Slot], cells: list[Cell]) -> None:
    """Give outputs that lost their cell to a cell of the organiser's that says the same."""
    taken = {
        id(slot.mine)
        for slot, cell in zip(ordered, cells, strict=True)
        if slot.mine is not None and same(slot.mine.get("outputs"), cell.get("outputs"))
    }
    free: dict[tuple[Any, str, str], deque[Cell]] = defaultdict(deque)
    for cell in mine:
        if cell.get("outputs") and id(cell) not in taken:
            free[body(cell)].append(cell)
    for slot, cell in zip(ordered, cells, strict=True):
        if slot.mine is None and not cell.get("outputs") and is_code(cell) and free[body(cell)]:
            lender = free[body(cell)].popleft()
            cell["outputs"] = copy.deepcopy(lender["outputs"])
            cell["execution_count"] = lender.get("execution_count")


def _merge_notebook_metadata(base: Document, mine: Document, theirs: Document) -> Document:
    """Merge the settings; of the kernel only its name is a choice, the rest is the machine's."""
    what = "you and the workshop changed the same setting"
    merged = merge_metadata(base, mine, theirs, VOLATILE_NOTEBOOK_METADATA | {"kernelspec"}, what)
    before, ours, upstream = (_kernel_name(side) for side in (base, mine, theirs))
    kernel = pick(before, ours, upstream, "you and the workshop chose two kernels")
    holder = mine if _kernel_name(mine) == kernel and "kernelspec" in mine else theirs
    merged.pop("kernelspec", None)
    return {**merged, "kernelspec": holder["kernelspec"]} if "kernelspec" in holder else merged


def _kernel_name(metadata: Document) -> Any:
    kernel = metadata.get("kernelspec")
    return kernel.get("name") if isinstance(kernel, dict) else kernel


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
    known, theirs = {item: place for place, item in enumerate(frame)}, set(others)
    following: dict[int, list[Item]] = defaultdict(list)
    place = 0
    for item in others:
        if item in known:
            place = known[item] + 1
            continue
        while place < len(frame) and frame[place] in behind and frame[place] not in theirs:
            place += 1
        following[place].append(item)
    places = range(len(frame) + 1)
    return [each for place in places for each in (*following[place], *frame[place : place + 1])]


@dataclass
class Effort:
    """Seconds for which the processor may still compare, in one sync; after that only equal texts count."""

    left: float = 10.0

    def compare(self, find: Callable[[Any], Any], one: Any, other: Any, work: int) -> Any:
        """Return what is found in two sequences with so many pairs; None where it would take too long."""
        if work > ONE_PAIR or self.left <= 0:
            return None
        begin = time.process_time()
        found = find(SequenceMatcher(None, one, other, False))
        self.left -= time.process_time() - begin
        return found

    def ratio(self, one: Sequence[str | bytes], other: Sequence[str | bytes], least: float) -> float:
        """Return how similar two sequences are, from 0 to 1; 0 where that is seen to be below ``least``."""

        def found(pair: SequenceMatcher[Any]) -> float:
            can_be = pair.real_quick_ratio() >= least and pair.quick_ratio() >= least
            return pair.ratio() if can_be else 0.0

        return self.compare(found, one, other, len(one) * len(other)) or 0.0

    def likeness(self, one: Cell, other: Cell, least: float = 0.0) -> float:
        """Return how similar two cells' texts are, as ``ratio``; cells of two types must be equal."""
        mine, theirs = source(one), source(other)
        if mine == theirs or one.get("cell_type") != other.get("cell_type"):
            return float(mine == theirs)
        if len(mine) * len(theirs) > ONE_PAIR:
            return self.ratio(mine.splitlines(), theirs.splitlines(), least)
        return self.ratio(mine, theirs, least)


def align(
    old: Sequence[Cell], new: Sequence[Cell], effort: Effort | None = None, least: float = 0.0
) -> Pairs:
    """Return for cells of ``new`` (by position) which cell of ``old`` each one was.

    Ids decide where both have them and they are unique, then the names of exercises. The rest goes by text:
    first equal cells in order, then equal cells anywhere, then, between matched neighbours, similar ones.

    Who asks only whether at least ``least`` of both stayed, see ``stayed``, gets fewer pairs where less did:
    similar cells, which take the time, are no longer looked for once they cannot make up for the others.
    """
    effort, pairs = effort or Effort(), _by_id(old, new)
    _by_exercise(old, new, pairs)
    _in_order(old, new, pairs, effort)
    _anywhere(old, new, pairs)
    _similar(old, new, pairs, effort, least)
    return pairs


def stayed(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> float:
    """Return which part of two notebooks' cells is common, from 0 to 1: half of a cell that was changed."""
    return _common(old, new, pairs) / (len(old) + len(new)) if old or new else 0.0


def _common(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> int:
    """Count 2 for each pair of equal cells, 1 for each pair of others."""
    return sum(1 + (body(old[place]) == body(new[number])) for number, place in pairs.items())


def unique_ids(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the position of each id that only one cell has."""
    named = [(str(cell["id"]), number) for number, cell in enumerate(cells) if "id" in cell]
    counts = Counter(name for name, _ in named)
    return {name: number for name, number in named if counts[name] == 1}


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    """Match by ids, but for those that were dealt out anew: where a text went to another id, it decides."""
    before, after = unique_ids(old), unique_ids(new)
    pairs = {after[name]: before[name] for name in after if name in before}
    equal = {number: place for number, place in pairs.items() if body(old[place]) == body(new[number])}
    was, is_now = _says(old, set(equal.values())), _says(new, set(equal))
    return {
        number: place
        for number, place in pairs.items()
        if number in equal or not (body(new[number]) in was or body(old[place]) in is_now)
    }


def _says(cells: Sequence[Cell], taken: set[int]) -> set[tuple[object, str, str]]:
    """Return what the cells say that are not taken; an empty cell says nothing."""
    return {body(cells[number]) for number in _free(cells, taken) if source(cells[number]).strip()}


def _by_exercise(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match the stubs of one exercise, whatever the workshop made of their ids and their texts."""
    counts, left = Counter(map(exercise_of, new)), _free(old, set(pairs.values()))
    before = {name: number for number in left if (name := exercise_of(old[number])) and counts[name] == 1}
    for number in _free(new, pairs):
        name = exercise_of(new[number])
        if name in before:
            pairs[number] = before.pop(name)


def _free(cells: Sequence[Cell], taken: Container[int]) -> list[int]:
    return [number for number in range(len(cells)) if number not in taken]


def _in_order(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs, effort: Effort) -> None:
    """Match equal cells along the longest common run of both versions."""
    mine, theirs = _free(new, pairs), _free(old, set(pairs.values()))
    before, after = [body(old[number]) for number in theirs], [body(new[number]) for number in mine]
    equal = sum(map(Counter(before).__getitem__, after))
    blocks = effort.compare(SequenceMatcher.get_matching_blocks, before, after, equal)
    for start, target, length in blocks or ():
        for step in range(length):
            pairs[mine[target + step]] = theirs[start + step]


def _anywhere(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match equal cells that moved; an empty cell is like any other, so it does not count."""
    places: dict[object, deque[int]] = defaultdict(deque)
    for number in _free(old, set(pairs.values())):
        places[body(old[number])].append(number)
    for number in _free(new, pairs):
        candidates = places[body(new[number])]
        if candidates and source(new[number]).strip():
            pairs[number] = candidates.popleft()


def _similar(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs, effort: Effort, least: float) -> None:
    """Match similar cells, none before a cell whose match stands behind the other's."""
    free_old, free_new = _free(old, set(pairs.values())), set(_free(new, pairs))
    missing = least * (len(old) + len(new)) - _common(old, new, pairs)
    # Equal cells that say something have found each other: of what is left only empty ones add 2.
    hope_old, hope_new = _most(old, free_old), _most(new, free_new)
    after = -1
    for number in range(len(new) if free_old else 0):
        if missing > min(hope_old, hope_new):
            return
        if number not in free_new:
            after = max(after, pairs[number])
            continue
        effort.left -= len(free_old) * 2e-6  # what a look at each takes, compared or not
        if effort.left <= 0:
            return
        hope_new -= _most(new, [number])
        if (best := _likest(old, [place for place in free_old if place > after], new[number], effort)) >= 0:
            pairs[number] = after = best
            free_old.remove(best)
            hope_old -= _most(old, [best])
            missing -= _common(old, new, {number: best})


def _most(cells: Sequence[Cell], places: Collection[int]) -> int:
    """Return what these cells can add at most to what is common."""
    return sum(1 if source(cells[place]).strip() else 2 for place in places)


def _likest(old: Sequence[Cell], places: Sequence[int], cell: Cell, effort: Effort) -> int:
    """Return the first of the places whose text is the most similar; -1 where none is similar enough."""
    best, score = -1, ALIKE
    for place in places:
        found = effort.likeness(old[place], cell, score)
        if found > score or (best < 0 and found == score):
            best, score = place, found
    return best
