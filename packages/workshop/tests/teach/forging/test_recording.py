"""What the lesson tells of its longer games, and that its cells are still there to be run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workshop.settings import CHECKOUT
from workshop.teach.forging import recording

CELLS = json.loads((CHECKOUT / "notebooks" / recording.NOTEBOOK).read_text(encoding="utf-8"))["cells"]
LONG = {
    "kinds": 9.5,
    "frechet": 70.25,
    "frechet_without_averaging": 75.0,
    "collapsed_kinds": 1.0,
    "collapsed_sure": 0.98,
    "day": "2026-11-27",
}


def test_lines_tell_seeds_remedies_and_convolutions() -> None:
    pieces: dict[str, recording.Piece] = {"seeds/3": LONG}
    for seed in (2, 3):
        table = {"no remedy": {"frechet": 300.0 + seed}, "R1": {"frechet": 150.0 + seed}}
        pieces[f"remedies/{seed}"] = {"table": table, "day": "2026-11-26"}
    pieces["convolutions/1"] = {
        "rounds": 600,
        "kinds": 5.0,
        "frechet": 210.0,
        "cpu_seconds": 99.0,
        "day": "2026-11-27",
    }
    assert not any("costs" in line for line in recording.lines(pieces)), "there is nothing to compare with"
    pieces["dense/1"] = pieces["convolutions/1"] | {"rounds": 300, "cpu_seconds": 3.3}
    told = "\n".join(recording.lines(pieces))
    assert "seed 3: 9.50 kinds, distance 70.2 (not averaged 75.0)" in told and "sure of 98 %" in told
    assert "seed 2:" not in told, "what was not recorded is not told"
    assert "with 2 seeds" in told and "302, 303" in told and "152, 153" in told
    assert "600 rounds, convolutions: 5.00 kinds, distance 210, 99 processor seconds" in told
    # 0.165 seconds a round, and 0.011.
    assert "costs 15 times as much: 25,000 of them, a long game, would take 69 minutes" in told
    assert "2026-11-26 to 2026-11-27" in told
    assert recording.lines({}) == []


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in CELLS]
    assert set(ids) >= {"long", "collapse", "alone-digits"}
    places = [ids.index(name) for name in recording.DEFINE]
    assert len(places) == len(set(places))
    # What trains for long is in no cell that every piece runs.
    assert not {"long", "alone", "ring-remedies"} & set(recording.DEFINE)


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = recording.recorded()
    assert known, "the lesson shows what was recorded"
    assert set(known) <= set(recording.jobs())
    for name, piece in known.items():
        assert piece["cpu_seconds"] > 0 and piece["day"], name


def test_every_recorded_collapse_is_found_by_its_numbers() -> None:
    games = [piece for name, piece in recording.recorded().items() if name.startswith("seeds/")]
    assert games
    for game in games:
        assert game["kinds"] >= 9.3 and game["frechet"] <= 85
        assert game["collapsed_kinds"] <= 2 and game["collapsed_sure"] > 0.9


def test_the_film_is_a_row_a_forgery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "PICTURE", tmp_path / "film.webp")
    paper, ink = np.zeros((recording.ROWS, 784)), np.ones((recording.ROWS, 784))
    recording.save_film([paper, ink, paper])
    film = np.asarray(Image.open(tmp_path / "film.webp").convert("RGBA"))
    step = recording.SIDE + recording.GAP
    assert film.shape[:2] == (recording.ROWS * step - recording.GAP, 3 * step - recording.GAP)
    assert film[50, 50, 0] > 240 > 15 > film[50, 50 + step, 0]
    assert film[50, step - 5, 3] == 0, "between them the slide is seen"
