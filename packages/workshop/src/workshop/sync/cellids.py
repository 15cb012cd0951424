"""Cell ids of a merged notebook: valid, unique, and the same whenever the same merge is made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from workshop.sync.notebook import Cell, canonical, cell_meaning

VALID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
SINCE_MINOR = 5
"""Notebooks of format 4.5 and later need an id a cell; earlier ones must not have any."""


def settle_ids(cells: Sequence[Cell], wishes: Sequence[Sequence[str]], minor: int) -> None:
    """Give each cell the first of its wished ids that is free, or one derived from what it says."""
    for cell in cells:
        cell.pop("id", None)
    if minor < SINCE_MINOR:
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
    return isinstance(wished, str) and bool(VALID.fullmatch(wished)) and wished not in taken


def _derived(cell: Cell, taken: set[str]) -> str:
    number = 0
    while True:
        text = canonical([cell_meaning(cell), number])
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        if name not in taken:
            return name
        number += 1
