"""What was recorded of the network's parts, and that the cells that make it are still there."""

from __future__ import annotations

import json

import numpy as np
from pytest import approx

from workshop.settings import CHECKOUT
from workshop.teach.names import parts

CELLS = json.loads((CHECKOUT / "notebooks" / parts.NOTEBOOK).read_text(encoding="utf-8"))["cells"]


def test_hits_are_a_row_a_seed_and_a_column_a_person() -> None:
    pieces = {"all three/1": {"right": "1101"}, "all three/2": {"right": "0101"}}
    pieces |= {"all three besides/1": {"right": "0"}}
    found = parts.hits(pieces, "all three")
    assert found.tolist() == [[1, 1, 0, 1], [0, 1, 0, 1]]
    assert len(parts.hits(pieces, "nothing")) == 0


def test_each_region_counts_the_same() -> None:
    right, regions = np.array([1.0, 1, 0, 0, 0, 0]), np.array([0, 0, 1, 1, 1, 1])
    assert parts.by_region(right, regions) == approx(0.5)


def test_the_cells_that_a_piece_runs_are_in_the_notebook_in_that_order() -> None:
    ids = [cell["id"] for cell in CELLS]
    places = [ids.index(name) for name in parts.DEFINE]
    assert places == sorted(places) and set(parts.COUNT) <= set(ids)
    teach = next("".join(cell["source"]) for cell in CELLS if cell["id"] == "teach")
    for told in parts.WITHOUT.values():
        assert all(f"{name}=True" in teach for name in told), "what is taken away is there otherwise"


def test_what_is_recorded_can_be_made_again_and_is_of_the_same_people() -> None:
    known = parts.recorded()
    assert known, "the lesson shows what was recorded"
    assert set(known) <= set(parts.jobs())
    assert len({len(piece["right"]) for piece in known.values()}) == 1
    for name, piece in known.items():
        assert set(piece["right"]) <= {"0", "1"}, name
        right = np.array([int(each) for each in piece["right"]])
        # The test has equally many people of each region: both kinds of mean are the same.
        assert piece["accuracy"] == approx(right.mean(), abs=1e-3), name
