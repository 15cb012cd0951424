"""What is told of windows at one price, and that the cells they run are still there."""

from __future__ import annotations

import pytest

from workshop.teach import recordings
from workshop.teach.ablations import windows
from workshop.teach.recordings import Piece


def pieces(part: str, kinds: tuple[str, ...], seeds: tuple[int, ...]) -> dict[str, Piece]:
    """Return made-up pieces: each kind a point behind the one before, each seed a point ahead."""
    return {
        f"{part}/{kind}/{seed}": {
            "right": 0.8 + seed / 100 - place / 100,
            "weights": 2000,
            "day": "2026-11-27",
        }
        for place, kind in enumerate(kinds)
        for seed in seeds
    }


def test_an_interval_by_hand() -> None:
    mean, half = windows.interval([1, 2, 3])
    assert mean == 2 and half == pytest.approx(4.303 / 3**0.5, abs=1e-3)


def test_each_kind_is_told_with_what_it_is_behind_the_first() -> None:
    first, pair, _, foot = windows.thin(pieces("thin", windows.PAIRS, windows.SEEDS))
    assert first.split() == ["5", "×", "5", "2,000", "weights:", "83.0", "of", "100", "right"]
    assert pair.endswith("82.0 of 100 right, 1.0 ± 0.0 points behind 5 × 5")
    assert foot.startswith("recorded from all beginnings; ") and windows.COMMAND in foot


def test_only_beginnings_that_every_kind_has_are_compared() -> None:
    known = pieces("module", windows.MODULES, (1, 2)) | pieces("module", windows.MODULES[:2], (3,))
    assert windows.modules(known)[-1].startswith("recorded from 2 of 3 beginnings")
    assert windows.modules(pieces("module", windows.MODULES, (1,))) == [windows.UNKNOWN]


@pytest.mark.parametrize(
    ("notebook", "cells"),
    [(windows.MODULE, windows.MODULE_CELLS), (windows.THIN, windows.THIN_CELLS)],
    ids=str,
)
def test_the_cells_that_a_piece_runs_are_in_the_notebook(notebook, cells) -> None:  # type: ignore[no-untyped-def]
    ids = [cell["id"] for cell in recordings.cells(notebook)]
    places = [ids.index(name) for name in cells]
    assert places == sorted(set(places))


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    assert set(windows.recorded()) <= set(windows.jobs())
