"""Three-way merge of notebooks, cell by cell. Pure: dictionaries in, a dictionary out.

The organiser's version gives the order; the participant's edits, new cells and outputs go into it.
Where both changed the same cell nothing is merged at all: ``ConflictError`` is raised and the caller
leaves the participant's file as it is. But an answer to an exercise that still asks for the same stays in
its cell.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from workshop.sync.align import align
from workshop.sync.notebook import (
    IDS_SINCE_MINOR,
    VOLATILE_CELL_METADATA,
    VOLATILE_NOTEBOOK_METADATA,
    Cell,
    Document,
    asks_the_same,
    body,
    canonical,
    cell_meaning,
    exercise_of,
    is_code,
)

VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class ConflictError(Exception):
    """Both sides changed the same thing in two ways; the text says which."""


ABSENT = object()
Item = TypeVar("Item", bound=Hashable)


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal; a NaN equals itself."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one != one and other != other)


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


def merge(base: Document, mine: Document, theirs: Document, equal: bool = False) -> Document:
    """Return the notebook with both sides' changes; the arguments stay as they are.

    equal: whether both are a participant's, so that two answers to one exercise contradict each other.

    Raises ConflictError when both sides changed the same cell, the same setting or the order.
    """
    slots = _slots(base["cells"], mine["cells"], theirs["cells"])
    merged = {slot: cell for slot in slots if (cell := _merge_cell(slot, equal)) is not None}
    ordered = arrange(
        _in_order_of("base", base, merged),
        _in_order_of("mine", mine, merged),
        _in_order_of("theirs", theirs, merged),
    )
    minor = max(mine.get("nbformat_minor", 0), theirs.get("nbformat_minor", 0))
    cells = [copy.deepcopy(merged[slot]) for slot in ordered]
    _lend_outputs(mine["cells"], ordered, cells)
    settle_ids(cells, [_wished_ids(slot) for slot in ordered], minor)
    return {
        "cells": cells,
        "metadata": _merge_notebook_metadata(base["metadata"], mine["metadata"], theirs["metadata"]),
        "nbformat": 4,
        "nbformat_minor": minor,
    }


def without_outputs(document: Document) -> Document:
    """Return the notebook as if it had never run."""
    bare = copy.deepcopy(document)
    for cell in bare["cells"]:
        if is_code(cell):
            cell["outputs"], cell["execution_count"] = [], None
    return bare


def _slots(base: list[Cell], mine: list[Cell], theirs: list[Cell]) -> list[Slot]:
    """Bring together what is one cell in the three versions."""
    in_mine = {before: after for after, before in align(base, mine).items()}
    in_theirs = {before: after for after, before in align(base, theirs).items()}
    slots = [
        Slot(
            cell,
            mine[in_mine[number]] if number in in_mine else None,
            theirs[in_theirs[number]] if number in in_theirs else None,
        )
        for number, cell in enumerate(base)
    ]
    grown_mine, grown_theirs = set(in_mine.values()), set(in_theirs.values())
    new_theirs: dict[str, list[Cell]] = defaultdict(list)
    for number, cell in enumerate(theirs):
        if number not in grown_theirs:
            new_theirs[cell_meaning(cell)].append(cell)
    for number, cell in enumerate(mine):
        if number not in grown_mine:
            twins = new_theirs[cell_meaning(cell)]
            slots.append(Slot(None, cell, twins.pop(0) if twins else None))
    return slots + [Slot(None, None, cell) for cells in new_theirs.values() for cell in cells]


def _in_order_of(side: str, document: Document, merged: dict[Slot, Cell]) -> list[Slot]:
    """Return the slots that go into the result in the order that one side has them."""
    places = {id(cell): number for number, cell in enumerate(document["cells"])}
    known = [slot for slot in merged if getattr(slot, side) is not None]
    return sorted(known, key=lambda slot: places[id(getattr(slot, side))])


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
    before = base if base is not None else {}
    old = body(base) if base is not None else None
    what, is_answer = "you and the workshop changed the same cell", False
    if not equal and base is not None and (name := exercise_of(mine)) and name == exercise_of(base):
        # An answer outlives a stub that was rewritten, unless something else is asked for now.
        is_answer = asks_the_same(base, theirs)
        what = f"you answered the exercise {name}, in which the workshop now asks for something else"
    chosen = pick(old, body(mine), body(theirs), what, mine_wins=is_answer)
    merged = dict(theirs if body(theirs) == chosen else mine)
    merged["metadata"] = merge_metadata(
        before.get("metadata", {}),
        mine.get("metadata", {}),
        theirs.get("metadata", {}),
        VOLATILE_CELL_METADATA,
        "you and the workshop changed the same setting of a cell",
    )
    if is_code(merged):
        runner = _runner(before, mine, theirs, chosen)
        merged["outputs"] = runner.get("outputs", [])
        merged["execution_count"] = runner.get("execution_count")
    return merged


def _run(cell: Cell) -> list[Any]:
    return [cell.get("outputs", []), cell.get("execution_count")]


def _runner(base: Cell, mine: Cell, theirs: Cell, chosen: tuple[Any, str, str]) -> Cell:
    """Return the side whose outputs belong to the chosen text; the participant's when both do."""
    if body(mine) != chosen:
        return theirs
    if body(theirs) != chosen:
        return mine
    return theirs if same(_run(mine), _run(base)) else mine


def _lend_outputs(mine: list[Cell], ordered: list[Slot], cells: list[Cell]) -> None:
    """Give outputs that lost their cell to a cell of the organiser's that says the same."""
    taken = {id(slot.mine) for slot, cell in zip(ordered, cells, strict=True) if _kept_outputs(slot, cell)}
    free: dict[tuple[Any, str, str], list[Cell]] = defaultdict(list)
    for cell in mine:
        if cell.get("outputs") and id(cell) not in taken:
            free[body(cell)].append(cell)
    for slot, cell in zip(ordered, cells, strict=True):
        if slot.mine is None and not cell.get("outputs") and is_code(cell) and free[body(cell)]:
            lender = free[body(cell)].pop(0)
            cell["outputs"] = copy.deepcopy(lender["outputs"])
            cell["execution_count"] = lender.get("execution_count")


def _kept_outputs(slot: Slot, cell: Cell) -> bool:
    return slot.mine is not None and same(slot.mine.get("outputs"), cell.get("outputs"))


def _wished_ids(slot: Slot) -> list[str]:
    """Return the ids that a cell may go by, the organiser's first: the next merge goes by it."""
    return [cell["id"] for cell in (slot.theirs, slot.mine) if cell is not None and "id" in cell]


def _merge_notebook_metadata(base: Document, mine: Document, theirs: Document) -> Document:
    """Merge the settings; of the kernel only its name is a choice, the rest is the machine's."""
    volatile = VOLATILE_NOTEBOOK_METADATA | {"kernelspec"}
    what = "you and the workshop changed the same setting"
    merged = merge_metadata(base, mine, theirs, volatile, what)
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
    return [
        each
        for place in range(len(frame) + 1)
        for each in (*following.get(place, ()), *frame[place : place + 1])
    ]


def settle_ids(cells: Sequence[Cell], wishes: Sequence[Sequence[str]], minor: int) -> None:
    """Give each cell the first of its wished ids that is free, or one derived from what it says."""
    for cell in cells:
        cell.pop("id", None)
    if minor < IDS_SINCE_MINOR:
        return
    taken: set[str] = set()
    # First wishes go first, so that no second wish takes an id from the cell that it belongs to.
    for rank in range(max(map(len, wishes), default=0)):
        for cell, wished in zip(cells, wishes, strict=True):
            if "id" not in cell and rank < len(wished) and _usable(wished[rank], taken):
                cell["id"] = wished[rank]
                taken.add(wished[rank])
    for cell in cells:
        if "id" not in cell:
            cell["id"] = _derived(cell, taken)
            taken.add(cell["id"])


def _usable(wished: object, taken: set[str]) -> bool:
    return isinstance(wished, str) and bool(VALID_ID.fullmatch(wished)) and wished not in taken


def _derived(cell: Cell, taken: set[str]) -> str:
    number = 0
    while True:
        text = canonical([cell_meaning(cell), number])
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        if name not in taken:
            return name
        number += 1
