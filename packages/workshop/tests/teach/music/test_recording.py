"""What the lesson tells of networks that hear less, and that its cells are still there to be run."""

from __future__ import annotations

from typing import Any

import numpy as np

from workshop.teach import recordings
from workshop.teach.music import recording


def test_lines_tell_what_was_recorded_seed_by_seed() -> None:
    pieces: dict[str, recording.Piece] = {"four/1": {"nats": 0.5214}, "four/3": {"nats": 0.5}}
    title, row = recording.lines(pieces)
    assert "unseen" in title
    assert row.split() == ["four", "notes,", "and", "a", "memory", "0.521", "0.500", "(1,", "3)"]
    assert recording.lines({}) == []


def test_the_cells_that_a_piece_runs_are_in_the_notebook_in_their_order() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in recording.TRAIN]
    assert places == sorted(set(places))


def test_a_network_is_told_as_many_notes_as_the_best_table() -> None:
    names: dict[str, Any] = {"BACK": 7}
    recording._four_notes(names)
    assert names["BACK"] == 4


def test_without_a_memory_nothing_is_left_of_a_state() -> None:
    names: dict[str, Any] = {"step": lambda told, h, weights: told + h @ weights}
    recording._forget(names)
    assert not names["step"](np.ones((2, 3)), np.ones((2, 3)), np.eye(3)).any()


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = recording.recorded()
    assert known, "the lesson shows what was recorded"
    assert set(known) <= set(recording.jobs())
    for name, piece in known.items():
        assert piece["cpu_seconds"] > 0 and piece["day"], name
        assert 0.43 < piece["nats"] < 0.8, "not below the textbook itself, and not above counting by far"
