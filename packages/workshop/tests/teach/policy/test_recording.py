"""What the lesson tells of its longer runs, and that its cells are still there to be run."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from pytest import approx

from workshop.settings import CHECKOUT
from workshop.teach.policy import recording

CELLS = {
    notebook: json.loads((CHECKOUT / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    for notebook in (recording.NOTEBOOK, recording.PONG)
}


def test_the_interval_of_a_few_runs_is_students() -> None:
    mean, half = recording.interval([1, 2, 3, 4])
    assert mean == 2.5 and half == approx(3.18 * 1.29099 / 2, rel=1e-3)
    assert recording.interval([7]) == (7, None), "one run says nothing about others"


DAY = {"day": "2026-11-27"}


def test_lines_tell_of_games_and_processes() -> None:
    pieces = {
        f"seeds/{seed}": {"invaders": 28.0 + seed, "breakout": 5.0, "day": "2026-11-26"} for seed in (1, 2, 3)
    }
    pieces["processes/2"] = {"steps": 12000, "cpu_seconds": 60.0, "share": 1.5, "won": 0.3, **DAY}
    games = "\n".join(recording.lines_of_games(pieces))
    assert "3 seeds: 29.0, 30.0, 31.0; median 30.0, mean 30.0, 95 % interval ± 2.5" in games
    assert "2026-11-26" in games and "2026-11-27" not in games
    assert "A3C, 2 processes: 12,000 steps" in "\n".join(recording.lines_of_processes(pieces))
    assert recording.lines_of_games({}) == recording.lines_of_processes({}) == []


def test_a_part_taken_away_is_compared_with_the_same_seed() -> None:
    others = {
        "ablations/no baseline/1": {"won": 0.25, **DAY},
        "ablations/no baseline/2": {"won": 0.45, **DAY},
        "ablations/one picture/4": {"won": 0.45, **DAY},
    }
    whole = {f"pong/{seed}": {"won": 0.5 + seed / 10, **DAY} for seed in (1, 2, 3)}
    assert recording.with_everything(whole) == approx({1: 0.6, 2: 0.7, 3: 0.8})
    found = recording.differences(whole | others)
    assert set(found) == {"no baseline"}, "no run of that seed with everything stands beside the other"
    assert found["no baseline"] == approx([-0.35, -0.25])


def test_the_cells_that_a_piece_runs_are_in_the_notebooks() -> None:
    ids = {notebook: {cell["id"] for cell in cells} for notebook, cells in CELLS.items()}
    assert {"train-invaders", "judge-invaders", "train-breakout"} <= ids[recording.NOTEBOOK]
    assert {"train-pong", "worker"} <= ids[recording.PONG]
    for notebook, left_out in recording.ALSO_LEFT_OUT.items():
        assert ids[notebook] >= left_out
    settings = next("".join(cell["source"]) for cell in CELLS[recording.PONG] if cell["id"] == "parameters")
    for changed in recording.ABLATIONS.values():
        assert all(f"{name} = " in settings for name in changed)


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = recording.recorded()
    assert known, "the lesson shows what was recorded"
    assert set(known) <= set(recording.jobs())
    for name, piece in known.items():
        assert piece["cpu_seconds"] > 0 and piece["day"], name


@pytest.mark.parametrize("runs", range(2, 11))
def test_each_number_of_runs_has_its_own_t(runs: int) -> None:
    """What lies within the interval is 95 % of Student's distribution, by its density."""
    values = np.arange(runs, dtype=float)
    mean, half = recording.interval(values)
    assert half is not None and mean == (runs - 1) / 2
    t, free = half * runs**0.5 / values.std(ddof=1), runs - 1
    middle = np.linspace(-t, t, 20001)
    density = math.gamma((free + 1) / 2) / (math.gamma(free / 2) * (free * math.pi) ** 0.5)
    share = np.trapezoid(density * (1 + middle**2 / free) ** (-(free + 1) / 2), middle)
    assert share == approx(0.95, abs=5e-4)
