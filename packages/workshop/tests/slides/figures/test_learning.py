"""Curves of recorded runs."""

from __future__ import annotations

from pytest import approx

from workshop.slides.figures.learning import CONVOLUTIONS, DENSE, Panel
from workshop.slides.figures.recording import NOTEBOOKS, recorded


def test_a_panel_is_logarithmic_and_has_a_floor() -> None:
    panel = Panel(100, 200, 10, 1, 4)
    low, middle, high = (panel.place(0, value)[1] for value in (1, 2, 4))
    assert high < middle < low and middle == approx((low + high) / 2)
    assert panel.place(0, 0.001)[1] == low
    assert panel.place(5, 1)[0] == 200


def test_every_recorded_lesson_is_there_and_every_training_is_whole() -> None:
    for lesson, runs in recorded().items():
        assert (NOTEBOOKS / f"{lesson}.ipynb").is_file()
        for title, run in runs.items():
            assert len(run["errors"]) == len(run["losses"]) > 1, title
            assert all(0 <= error <= 1 for error in run["errors"])


def test_what_the_slide_says_of_the_two_networks_is_what_was_recorded() -> None:
    dense = recorded()[DENSE]["Adam"]["errors"]
    convolutions = recorded()[CONVOLUTIONS]["convolutions"]["errors"]
    assert all(one < other for one, other in zip(convolutions, dense, strict=False))
    assert convolutions[-1] < dense[-1] / 2
