from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.writing import chances, draw, write

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05]))
ALPHABET = Alphabet("\nabc")


class Circle:
    """Stands for a network: after each character comes the next one of the alphabet, or rarely another."""

    def start(self, rows: int) -> Any:
        return np.zeros((1, 1, rows, 1), np.float32)

    def next(self, read: Any, state: Any, condition: Any = None) -> tuple[Any, Any]:
        logits = np.zeros((len(read), 4), np.float32)
        logits[np.arange(len(read)), (read + 1) % 4] = 4 if condition is None else condition
        return logits, state + 1


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


def test_a_text_goes_on_from_its_start() -> None:
    [text] = write(Circle(), ALPHABET, "a", 7, temperature=0)  # type: ignore[arg-type]
    assert text == "bc\nabc\n"


def test_texts_end_before_their_sign() -> None:
    texts = write(Circle(), ALPHABET, "\n", 50, end="\n", rows=3, temperature=0)  # type: ignore[arg-type]
    assert texts == ["abc"] * 3


def test_rows_differ_and_the_seed_decides() -> None:
    first = write(Circle(), ALPHABET, "a", 100, rows=2, seed=1)  # type: ignore[arg-type]
    assert first[0] != first[1]
    assert first == write(Circle(), ALPHABET, "a", 100, rows=2, seed=1)  # type: ignore[arg-type]
    assert first != write(Circle(), ALPHABET, "a", 100, rows=2, seed=2)  # type: ignore[arg-type]


def test_a_condition_reaches_the_network() -> None:
    cold = np.array([0, 50], np.int32)
    texts = write(Circle(), ALPHABET, "a", 60, rows=2, condition=cold)  # type: ignore[arg-type]
    assert texts[1] == ("bc\na" * 15)
    assert texts[0] != texts[1]
