"""What the lesson tells of other seeds, and that its cells are still there to be run."""

from __future__ import annotations

import pytest

from workshop.settings import CHECKOUT
from workshop.teach import recordings
from workshop.teach.diffusion import recording


def piece(frechet: float, day: str = "2026-11-27") -> recording.Piece:
    rows = {
        strength: {
            "frechet": frechet + number,
            "asked_for": 0.99 + number / 1000,
            "variety": 0.5 - number / 10,
        }
        for number, strength in enumerate(recording.STRENGTHS)
    }
    return {"guidance": rows, "by_numbers": 21.54, "train_cpu_seconds": 85.0, "day": day}


def test_lines_tell_each_strength_for_each_seed() -> None:
    told = recording.lines({"seeds/1": piece(60), "seeds/3": piece(65, "2026-11-28")})
    assert told[0] == "2 seeds, 1, 3:"
    assert told[1].startswith("guidance 0    distance 60.00, 65.00; as asked for 0.9900, 0.9900")
    assert told[2].startswith("guidance 1.5  distance 61.00, 66.00") and told[2].endswith(
        "variety 0.400, 0.400"
    )
    assert "21.54, 21.54" in told[4] and "2026-11-27 to 2026-11-28" in told[5]
    assert recording.lines({}) == []


def test_a_run_is_compared_with_the_median_of_the_seeds() -> None:
    pieces = {f"seeds/{seed}": piece(frechet) for seed, frechet in enumerate((17.0, 19.0, 18.0), 1)}
    assert recording.away(pieces, 18.5) == pytest.approx(0.5)
    assert recording.away({}, 18.5) is None


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in recording.CELLS]
    assert places == sorted(set(places))


def test_three_seeds_are_recorded_and_hold_the_bars() -> None:
    known = recording.recorded()
    assert set(known) == set(recording.jobs())
    for name, found in known.items():
        guided, plain = (found["guidance"][strength] for strength in (recording.GUIDED, "0"))
        assert guided["frechet"] <= 22 and guided["asked_for"] >= 0.99, name
        assert guided["variety"] < plain["variety"], "guidance is paid in variety"
        assert found["train_cpu_seconds"] <= 150, name


def test_the_picture_of_the_slides_is_there() -> None:
    assert recording.PICTURE.is_relative_to(CHECKOUT / "presentation") and recording.PICTURE.is_file()
    assert len(recording.MOMENTS) == 8 and max(recording.MOMENTS) == 24
