"""What the lesson tells of other seeds, and that its cells are still there to be run."""

from __future__ import annotations

import pytest

from workshop.teach import recordings
from workshop.teach.anomaly import recording


def piece(auc: float, day: str = "2026-11-27") -> recording.Piece:
    gained = {"gained_by_the_score": 0.019, "gained_by_the_network": 0.0124}
    return {
        "mean_auc": auc,
        "pca_mean_auc": 0.9726,
        **gained,
        "ahead": [0.02, -0.01],
        "half": 0.007,
        "day": day,
    }


def test_lines_tell_each_seed_and_the_other_loss() -> None:
    pieces = {"seeds/1": piece(0.9779), "seeds/3": piece(0.9781, "2026-11-28")}
    told = recording.lines(pieces)
    assert told[0].startswith("seed 1: networks 0.9779, components 0.9726; gained by the score 0.0190")
    assert "score less network +0.0050 ± 0.0070, ahead for 1 of 2 digits" in told[0]
    assert told[1].startswith("seed 3") and "2026-11-27 to 2026-11-28" in told[-1] and len(told) == 3
    assert "squared error" in "\n".join(recording.lines(pieces | {"squared/1": piece(0.97)}))
    assert recording.lines({}) == []


def test_a_run_is_compared_with_the_median_of_the_seeds() -> None:
    pieces = {f"seeds/{seed}": piece(auc) for seed, auc in enumerate((0.97, 0.98, 0.99), 1)}
    assert recording.away(pieces, 0.975) == pytest.approx(0.005)
    assert recording.away({"squared/1": piece(0.9)}, 0.975) is None


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in (*recording.DEFINE, *recording.JUDGE)]
    assert places == sorted(set(places))


def test_three_seeds_are_recorded_and_hold_the_bars() -> None:
    known = recording.recorded()
    assert {f"seeds/{seed}" for seed in recording.SEEDS} <= set(known) <= set(recording.jobs())
    for name in (name for name in known if name.startswith("seeds/")):
        found = known[name]
        assert found["mean_auc"] >= 0.975, name
        assert len(found["ahead"]) == len(found["left_out"]) == 10, name
        # The surprise: the 1 fools the detector, and looks more normal than those that it was taught.
        assert min(range(10), key=found["left_out"].__getitem__) == 1 and found["left_out"][1] < 0.5, name
