"""The classifier of the lesson on evaluation: what it sees of a name, and that it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from workshop.teach.names import bag, corpus  # noqa: E402
from workshop.teach.names.regions import REGIONS  # noqa: E402


def test_a_name_is_its_n_grams_and_words_each_once() -> None:
    assert len(bag.columns("li", 2, words=False)) == 6  # space, l, i, and three pairs
    assert len(bag.columns("li li", 2, words=True)) == 7
    assert bag.columns("li wu", 3, words=True) == bag.columns("wu li", 3, words=True)


def test_it_learns_and_the_same_seed_learns_the_same() -> None:
    names = np.array(["li wei", "zhang wei", "wang li", "mario rossi", "carlo rossini", "luca bassi"] * 4)
    labels = np.array([0, 0, 0, 6, 6, 6] * 4)
    one, other = (bag.Bag().learn(names, labels, epochs=20, seed=2) for _ in range(2))
    assert (one.scores(names).argmax(axis=1) == labels).all()
    assert np.array_equal(one.scores(names[:3]), other.scores(names[:3]))
    assert one.scores(["li rossi"]).shape == (1, len(REGIONS))


def test_people_are_drawn_by_the_seed(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = corpus.regions_of_names(table)
    monkeypatch.setattr(corpus, "regions_of_names", lambda: known)
    names, labels, families = bag.people(50, 1)
    assert len(names) == len(labels) == len(families) == 50
    assert len(set(names)) == 50
    assert all(family in name.replace("-", " ").split() for name, family in zip(names, families, strict=True))
    assert not np.array_equal(names, bag.people(50, 2)[0])
