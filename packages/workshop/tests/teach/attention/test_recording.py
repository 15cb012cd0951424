"""What the lesson tells of transformer and GRU, and that its cells are still there to be run."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pytest

from workshop.errors import WorkshopError
from workshop.teach import recordings
from workshop.teach.attention import recording


def piece(nats: float, day: str = "2026-11-27", **more: Any) -> recording.Piece:
    curve = [[10.0, 2.0], [20.0, nats]]
    return {"nats": nats, "letters": 1_500_000, "train_cpu_seconds": 20.2, "curve": curve, "day": day, **more}


PIECES = {
    "writer/1": piece(1.50),
    "writer/2": piece(1.70),
    "writer/3": piece(1.52),
    "gru/1": piece(1.58, "2026-11-28"),
    "gru/2": piece(1.60),
    "gru/3": piece(1.40),
}


def test_medians_are_compared_once_both_are_there() -> None:
    assert recording.below_gru(PIECES) == pytest.approx(0.06)
    assert recording.below_gru(PIECES, 1.5) == pytest.approx(0.08)
    assert recording.below_gru({"writer/1": piece(1.5)}) is None
    assert recording.below_gru({"gru/1": piece(1.5)}) is None


def test_lines_tell_each_seed() -> None:
    told = "\n".join(recording.lines(PIECES))
    assert "transformer, 3 seeds: 1.500, 1.700, 1.520 nats a letter" in told
    assert "20, 20, 20 processor seconds, 1.5 million letters read" in told
    assert "GRU of 256 units, 3 seeds: 1.580" in told and "2026-11-27 to 2026-11-28" in told
    assert "the transformer is +0.060 nats below the GRU" in told
    alone = recording.lines({"gru/1": piece(1.6)})
    assert "1 seed: " in alone[0] and "not recorded yet" in alone[1]
    assert recording.lines({}) == alone[1:2]


def test_a_curve_a_seed() -> None:
    figure = recording.show(PIECES | {"adam/1": piece(1.55)})
    (axes,) = figure.axes
    assert len(axes.lines) == 7 and axes.lines[0].get_ydata().tolist() == [2.0, 1.5]
    assert len(axes.get_legend().get_texts()) == 3
    assert not plt.get_fignums()


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in (*recording.DEFINE, recording.TRAIN)]
    assert len(places) == len(set(places))


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = recording.recorded()
    assert known, "the lesson shows what was recorded"
    assert set(known) <= set(recording.jobs())
    for name, found in recording.race(known).items():
        assert found["day"] and found["curve"][-1][0] == pytest.approx(found["train_cpu_seconds"], abs=0.2), (
            name
        )


def test_a_gru_learns_as_long_as_its_transformer_and_no_longer() -> None:
    known = recording.recorded()
    pairs = [(found, known[name.replace("gru", "writer")]) for name, found in known.items() if "gru" in name]
    for gru, writer in pairs:
        assert gru["train_cpu_seconds"] >= writer["train_cpu_seconds"] - 0.1
        assert gru["train_cpu_seconds"] < 1.1 * writer["train_cpu_seconds"]


def test_without_its_transformer_a_gru_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "recorded", dict)
    with pytest.raises(WorkshopError, match="writer/2 first"):
        recording.jobs()["gru/2"]()


LAYERS = {"two_layers": 0.9941, "one_layer": 0.221, "fixed_period": 1.0, "fixed_elsewhere": 0.034}


def test_layers_are_told_apart_from_the_race() -> None:
    pieces = {f"layers/{seed}": LAYERS | {"train_cpu_seconds": 37.4, "day": "2026-11-29"} for seed in (1, 2)}
    assert recording.race(PIECES | pieces) == PIECES
    assert recording.lines(PIECES | pieces) == recording.lines(PIECES)


def test_the_cells_that_teach_layers_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in recording.LAYERS]
    assert places == sorted(set(places))
