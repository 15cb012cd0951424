"""Pictures: what they are drawn from, and that they show all of it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano")

from workshop.teach.names import show
from workshop.teach.names.corpus import People
from workshop.teach.names.regions import REGIONS


def test_shares_of_letters_by_region() -> None:
    shares = show.letter_shares(People(["ab a", "zz"], np.array([0, 6], np.int32)))
    assert shares.shape == (7, 26)
    assert shares[0, :2].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert shares[6, 25] == 1
    assert shares[1].sum() == 0


def test_letters_are_drawn_for_all_regions() -> None:
    (axes,) = show.draw_letter_shares(People(["ab a", "zz"], np.array([0, 6], np.int32))).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(REGIONS)


def test_one_bar_for_each_accuracy() -> None:
    figures = {("counting", "random"): 0.84, ("counting", "families"): 0.8, ("reading", "families"): 0.9}
    (axes,) = show.draw_accuracy(figures).axes
    assert sorted(bar.get_width() for bar in axes.patches) == pytest.approx([80, 84, 90])


def test_the_parts_of_each_bar_add_up_to_all_names() -> None:
    cold = {"new": 0.9, "put together": 0.4, "recognised": 0.7}
    true = {"new": 1.0, "put together": 0.6, "recognised": 0.8}
    (axes,) = show.draw_sweep({0.3: cold, "true people": true}).axes
    heights = [[bar.get_height() for bar in part] for part in axes.containers]
    assert heights == [pytest.approx([10, 0]), pytest.approx([30, 60]), pytest.approx([60, 40])]
    assert [bar.get_y() for bar in axes.containers[2]] == pytest.approx([40, 60])
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([70, 80])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.3", "true people"]


def test_a_line_for_each_game() -> None:
    panels = show.draw_games({"bare": np.array([[0, 1.0, 2, 500], [9, 0.5, 3, 20]])}).axes
    assert [panel.lines[0].get_ydata()[1] for panel in panels] == [0.5, 3, 20]
