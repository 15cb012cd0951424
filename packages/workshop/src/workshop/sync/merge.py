"""Three-way merge of notebooks, cell by cell. Pure: dictionaries in, a dictionary out.

The organiser's version gives the order; the participant's edits, new cells and outputs go into it.
Where both changed the same cell nothing is merged at all: ``ConflictError`` is raised and the caller
leaves the participant's file as it is.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from workshop.sync.align import align
from workshop.sync.cellids import settle_ids
from workshop.sync.metadata import ConflictError, merge_metadata, pick, same
from workshop.sync.notebook import (
    VOLATILE_CELL_METADATA,
    VOLATILE_NOTEBOOK_METADATA,
    Cell,
    Document,
    body,
    cell_meaning,
    is_code,
)
from workshop.sync.order import arrange


@dataclass(frozen=True, eq=False)
class Slot:
    """One cell as each side has it; None where a side lacks it."""

    base: Cell | None
    mine: Cell | None
    theirs: Cell | None


def merge(base: Document, mine: Document, theirs: Document) -> Document:
    """Return the notebook with both sides' changes; the arguments stay as they are.

    Raises ConflictError when both sides changed the same cell, the same setting or the order.
    """
    slots = _slots(base["cells"], mine["cells"], theirs["cells"])
    merged = {slot: cell for slot in slots if (cell := _merge_cell(slot)) is not None}
    ordered = arrange(
        _in_order_of("base", base, merged),
        _in_order_of("mine", mine, merged),
        _in_order_of("theirs", theirs, merged),
    )
    minor = max(int(mine.get("nbformat_minor", 0)), int(theirs.get("nbformat_minor", 0)))
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
    new_theirs = [cell for number, cell in enumerate(theirs) if number not in grown_theirs]
    for number, cell in enumerate(mine):
        if number not in grown_mine:
            twin = next((other for other in new_theirs if cell_meaning(other) == cell_meaning(cell)), None)
            if twin is not None:
                new_theirs = [other for other in new_theirs if other is not twin]
            slots.append(Slot(None, cell, twin))
    return slots + [Slot(None, None, cell) for cell in new_theirs]


def _in_order_of(side: str, document: Document, merged: dict[Slot, Cell]) -> list[Slot]:
    """Return the slots that go into the result in the order that one side has them."""
    places = {id(cell): number for number, cell in enumerate(document["cells"])}
    known = [slot for slot in merged if getattr(slot, side) is not None]
    return sorted(known, key=lambda slot: places[id(getattr(slot, side))])


def _merge_cell(slot: Slot) -> Cell | None:
    """Return the merged cell; None when it goes."""
    base, mine, theirs = slot.base, slot.mine, slot.theirs
    if mine is not None and theirs is not None:
        return _merge_both(base, mine, theirs)
    if base is None:
        return mine or theirs
    if mine is not None:  # the organiser deleted it: an edit outlives that
        return mine if cell_meaning(mine) != cell_meaning(base) else None
    if theirs is not None and cell_meaning(theirs) != cell_meaning(base):
        raise ConflictError("you deleted a cell that the workshop changed")
    return None


def _merge_both(base: Cell | None, mine: Cell, theirs: Cell) -> Cell:
    before = base if base is not None else {}
    old = body(base) if base is not None else None
    chosen = pick(old, body(mine), body(theirs), "you and the workshop changed the same cell")
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
    taken = [id(slot.mine) for slot, cell in zip(ordered, cells, strict=True) if _kept_outputs(slot, cell)]
    free = [cell for cell in mine if cell.get("outputs") and id(cell) not in taken]
    for slot, cell in zip(ordered, cells, strict=True):
        if slot.mine is not None or cell.get("outputs"):
            continue
        lender = next((each for each in free if body(each) == body(cell)), None)
        if lender is not None:
            cell["outputs"] = copy.deepcopy(lender["outputs"])
            cell["execution_count"] = lender.get("execution_count")
            free.remove(lender)


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
