"""What is told of modules without a window, and that the cells they run are still there."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.teach import recordings
from workshop.teach.ablations import windows
from workshop.teach.recordings import Piece


def pieces(kinds: tuple[str, ...], seeds: tuple[int, ...]) -> dict[str, Piece]:
    """Return made-up pieces: each kind a point behind the one before, each seed a point ahead."""
    return {
        f"{kind}/{seed}": {"right": 0.8 + seed / 100 - place / 100, "weights": 2000, "day": "2026-11-27"}
        for place, kind in enumerate(kinds)
        for seed in seeds
    }


def test_an_interval_by_hand() -> None:
    mean, half = windows.interval([1, 2, 3])
    assert mean == 2 and half == pytest.approx(4.303 / 3**0.5, abs=1e-3)


def test_each_kind_is_told_with_what_it_is_behind_the_whole() -> None:
    whole, one, *_, foot = windows.lines(pieces(windows.KINDS, windows.SEEDS))
    assert whole.split() == ["four", "windows", "2,000", "weights:", "83.0", "of", "100", "right"]
    assert one.endswith("82.0 of 100 right, +1.0 ± 0.0 points behind (+1.0, +1.0, +1.0, +1.0, +1.0)")
    assert windows.COMMAND in foot and "of 5 seeds" not in foot


def test_only_seeds_that_every_kind_has_are_compared() -> None:
    known = pieces(windows.KINDS, (1, 2)) | pieces(windows.KINDS[:2], (3,))
    assert "; 2 of 5 seeds" in windows.lines(known)[-1]
    assert windows.lines(pieces(windows.KINDS, (1,))) == [windows.UNKNOWN]


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(windows.NOTEBOOK)]
    places = [ids.index(name) for name in windows.CELLS]
    assert places == sorted(set(places))
    known = [cell for cell in recordings.cells(windows.NOTEBOOK) if cell["id"] in ("kinds", "without")]
    text = "".join(line for cell in known for line in cell["source"])
    assert all(f'"{kind}": ' in text for kind in windows.KINDS)


def test_the_lesson_claims_no_more_than_what_was_recorded() -> None:
    pieces = windows.recorded()
    whole, alone, behind = (
        np.array([100 * pieces[f"{kind}/{seed}"]["right"] for seed in windows.SEEDS])
        for kind in windows.KINDS[:3]
    )
    cells = {cell["id"]: "".join(cell["source"]) for cell in recordings.cells(windows.NOTEBOOK)}
    told = cells["worth-surprise"]
    gains = behind - alone, whole - behind, 2 * behind - alone - whole
    (sure, half), *unsure = (windows.interval(gain) for gain in gains)
    assert sure > half and all(abs(mean) < reach for mean, reach in unsure)
    assert all("{:.1f} ± {:.1f}".format(*each) in told for each in ((sure, half), *unsure))
    shares = 100 * (behind - alone) / (whole - alone)
    assert f"from {shares.min():.0f} to {shares.max():.0f} %" in told
    assert not any(word in told + cells["recap"] for word in ("most of", "thirds"))


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    assert set(windows.recorded()) == set(windows.jobs())
