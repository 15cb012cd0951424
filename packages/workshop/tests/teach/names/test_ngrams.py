"""Counting n-grams."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from workshop.teach.names import ngrams
from workshop.teach.names.corpus import People

PEOPLE = People(
    ["zhang wei", "zhao min", "zhu zhen", "ivanov a", "petrov b", "popov c"] * 3,
    np.array([0, 0, 0, 1, 1, 1] * 3),
)


def test_it_learns_ngrams_with_spaces_at_both_ends() -> None:
    model = ngrams.learn(PEOPLE)
    assert model.predict(["zhen bo", "kurov d"]).tolist() == [0, 1]
    assert "ov " in model[0].vocabulary_
    assert " zh" in model[0].vocabulary_


def test_it_counts_what_it_is_told_to_count() -> None:
    def starts(name: str, longest: int) -> list[str]:
        return [name[:longest]]

    model = ngrams.learn(PEOPLE, longest=2, analyzer=starts)
    assert set(model[0].vocabulary_) == {"zh", "iv", "pe", "po"}
    assert model.predict(["zhen bo", "ivan d"]).tolist() == [0, 1]
