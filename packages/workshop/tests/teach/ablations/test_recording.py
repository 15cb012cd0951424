"""What chapter 1 tells of its recordings, and that the cells they run are still there."""

from __future__ import annotations

import pytest

from workshop.teach import recordings
from workshop.teach.ablations import recording
from workshop.teach.recordings import Piece

DAY = {"day": "2026-11-27"}
PIECES: dict[str, Piece] = {
    "dense/all five/1": {"error": 0.0134, **DAY},
    "dense/all five/2": {"error": 0.0140, **DAY},
    "dense/no dropout/1": {"error": 0.02, **DAY},
    "deep/plain/1": {"learnt": 0.8, "test": 0.81, **DAY},
    "twins/plain-56/1": {"learnt": 0.3, "test": 0.35, **DAY},
    "twins/plain-56/3": {"learnt": 0.5, "test": 0.45, **DAY},
    "memory/Theano": {"mb": 200, **DAY},
    "memory/Keras": {"mb": 700, **DAY},
}


def test_rows_tell_the_mean_and_each_seed() -> None:
    first, second, few = recording.dense(PIECES)
    assert first.split() == ["all", "five", "1.37%", "wrong,", "seed", "by", "seed", "1.34%,", "1.40%"]
    assert second.startswith("no dropout ") and "2.00% wrong" in second
    assert few.startswith("recorded from 1 of 3 beginnings, ") and recording.COMMAND in few
    deep, few = recording.deep(PIECES)
    assert deep == "forty plain blocks, 12 epochs: wrong of what they learnt from 80.00%"
    assert few.startswith("recorded from 1 of 3 beginnings, ")
    twin, few = recording.twins(PIECES)
    assert few.startswith("recorded from 2 of 3 beginnings, ")
    assert "plain     56 layers: wrong 40.0% of what it learnt from (30.0%, 50.0%)" in twin
    assert twin.endswith("40.0% of the test (35.0%, 45.0%)")


def test_from_many_pictures_other_pieces_are_told() -> None:
    pieces: dict[str, Piece] = {"pictures/residual-14/1": {"learnt": 0.1, "test": 0.2, **DAY}}
    told, _ = recording.twins(pieces, of="pictures")
    assert told.startswith("residual  14 layers: wrong 10.0%")
    assert recording.twins(pieces) == [recording.UNKNOWN]


def test_errors_by_depth_are_a_row_a_seed() -> None:
    pieces: dict[str, Piece] = {
        f"depths/{seed}": {"errors": {"plain": [0.1, 0.2, seed / 10], "residual": [0.1, 0.1, 0.1]}, **DAY}
        for seed in recording.SEEDS
    }
    assert recording.by_depth(pieces)["plain"].tolist() == [[0.1, 0.2, 0.1], [0.1, 0.2, 0.2], [0.1, 0.2, 0.3]]
    head, plain, residual = recording.depths(pieces)
    assert head.split() == ["blocks", "1", "16", "40"]
    assert plain.endswith("20.0% (10.0% to 30.0%)") and residual.startswith("residual ")
    assert recording.depths(pieces, ["residual", "not recorded"]) == [head, residual]
    assert recording.by_depth({}) == {}


def test_what_is_cut_is_told_by_the_median_and_the_worst_block() -> None:
    piece: Piece = {"whole": {"plain, 3 blocks": 0.1}, "without": {"plain, 3 blocks": [0.2, 0.9, 0.3]}, **DAY}
    told, few = recording.cuts({"cut/1": piece, "cut/3": piece})
    assert told.startswith("plain, 3 blocks ")
    assert told.endswith("whole 10%, 10%; without a block 30%, 30%, without the worst 90%, 90%")
    assert few.startswith("recorded from 2 of 3 beginnings, ")


def test_once_all_beginnings_are_there_nothing_is_missing() -> None:
    pieces: dict[str, Piece] = {f"deep/plain/{seed}": {"learnt": 0.5, **DAY} for seed in recording.SEEDS}
    (told,) = recording.deep(pieces)
    assert "50.00%, 50.00%, 50.00%" in told


def test_what_is_missing_says_how_it_is_made() -> None:
    tell = (recording.dense, recording.deep, recording.depths, recording.cuts, recording.twins)
    for told in (each({}) for each in tell):
        assert told == [recording.UNKNOWN]
    assert recording.COMMAND in recording.UNKNOWN


def test_memory_by_library() -> None:
    assert recording.megabytes(PIECES) == {"Theano": 200, "Keras": 700}


@pytest.mark.parametrize(
    ("notebook", "cells"),
    [
        (recording.DENSE, recording.DENSE_CELLS),
        (recording.DEEP, recording.DEEP_CELLS),
        (recording.DEEP, recording.SWEEP_CELLS),
        (recording.TWINS, recording.TWINS_CELLS),
    ],
    ids=str,
)
def test_the_cells_that_a_piece_runs_are_in_the_notebook(notebook, cells) -> None:  # type: ignore[no-untyped-def]
    ids = [cell["id"] for cell in recordings.cells(notebook)]
    places = [ids.index(name) for name in cells]
    assert places == sorted(set(places))


def test_the_question_about_memory_names_what_was_recorded() -> None:
    cells = recordings.cells(recording.DENSE.with_name("30-keras.ipynb"))
    (question,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "predict-memory")
    assert f"takes {recording.recorded()['memory/Theano']['mb']} MB in Theano" in question


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = recording.recorded()
    assert {"memory/Theano", "memory/Keras"} <= set(known) <= set(recording.jobs())
    assert all(found["day"] for found in known.values())
