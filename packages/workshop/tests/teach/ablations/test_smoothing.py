"""What is told of smoothed labels, and that the cells that train with them are still there."""

from __future__ import annotations

from workshop.teach import recordings
from workshop.teach.ablations import smoothing


def test_how_sure_and_how_right_each_is_and_what_smoothing_changes() -> None:
    pieces = {
        f"{kind}/{seed}": {"right": 0.7 + seed / 100 + (kind == "smoothed") / 50, "sure": 0.8}
        for kind in smoothing.KINDS
        for seed in smoothing.SEEDS
    }
    title, hard, smoothed, less = smoothing.lines(pieces)
    assert "3 seeds" in title
    assert hard == "hard      sure of 80.0, right 72.0 of 100: too sure by +8.0 points"
    assert smoothed.endswith("too sure by +6.0 points")
    assert less.endswith("+2.0 ± 0.0 points")


def test_one_beginning_is_no_comparison() -> None:
    one = {f"{kind}/1": {"right": 0.5, "sure": 0.5} for kind in smoothing.KINDS}
    assert smoothing.lines(one) == smoothing.lines({}) == [smoothing.UNKNOWN]


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    cells = {cell["id"]: "".join(cell["source"]) for cell in recordings.cells(smoothing.NOTEBOOK)}
    places = [list(cells).index(name) for name in smoothing.CELLS]
    assert places == sorted(set(places))
    assert f"epochs={smoothing.EPOCHS} if FULL" in cells["smoothed-shown"]


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    assert set(smoothing.recorded()) == set(smoothing.jobs())
