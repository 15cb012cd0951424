"""Curves of recorded runs."""

from __future__ import annotations

from lesson_cells import NOTEBOOKS

from workshop.teach import recordings


def test_every_recorded_lesson_is_there_and_every_training_is_whole() -> None:
    for lesson, runs in recordings.read("training").items():
        assert (NOTEBOOKS / f"{lesson}.ipynb").is_file()
        for title, run in runs.items():
            assert len(run["errors"]) == len(run["losses"]) > 1, title
            assert all(0 <= error <= 1 for error in run["errors"])
