from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.teach.charmodel.writing import chances, draw

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05]))


def test_temperature_is_a_power() -> None:
    squared = np.array([0.5, 0.3, 0.15, 0.05]) ** 2
    assert chances(LOGITS, temperature=0.5) == pytest.approx(squared / squared.sum())
    assert chances(LOGITS, temperature=1e6) == pytest.approx([0.25] * 4, abs=1e-5)


def test_at_temperature_zero_the_likeliest_is_certain() -> None:
    assert chances(LOGITS, temperature=0).tolist() == [1, 0, 0, 0]
    assert chances(LOGITS, temperature=1e-9).tolist() == [1, 0, 0, 0]


def test_top_k_cuts_off_the_rest() -> None:
    assert chances(LOGITS, top_k=2) == pytest.approx([0.625, 0.375, 0, 0])
    assert chances(LOGITS, top_k=9) == pytest.approx(chances(LOGITS))
    assert (chances(np.zeros((3, 4)), top_k=2) > 0).sum(axis=1).tolist() == [2, 2, 2]


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_k": 0}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"below 0|at least one"):
        chances(LOGITS, **wrong)


def test_draws_come_as_often_as_their_probability() -> None:
    drawn = draw(np.tile(chances(LOGITS), (200_000, 1)), np.random.default_rng(1))
    assert drawn.dtype == np.int32
    assert np.bincount(drawn, minlength=4) / 200_000 == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.005)
