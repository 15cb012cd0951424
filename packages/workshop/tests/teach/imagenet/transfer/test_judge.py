from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.teach.imagenet.transfer import judge

CLASSES = np.array(["a"] * 10 + ["b"] * 20 + ["c"] * 6)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def blobs(apart: float) -> np.ndarray:
    centres = {"a": 0.0, "b": apart, "c": 2 * apart}
    return rng().normal(size=(len(CLASSES), 4)) + np.array([[centres[kind]] for kind in CLASSES])


def nearest_centroid(features: np.ndarray, labels: np.ndarray) -> judge.Callable[[np.ndarray], np.ndarray]:
    """Fit a classifier that says whose mean is nearest."""
    found = np.unique(labels)
    means = np.stack([features[labels == kind].mean(axis=0) for kind in found])

    def answer(some: np.ndarray) -> np.ndarray:
        said: np.ndarray = found[((some[:, np.newaxis] - means) ** 2).sum(axis=2).argmin(axis=1)]
        return said

    return answer


def test_the_smallest_class_is_on_both_sides() -> None:
    labels = np.array(["a", "a", "b", "b", "b"])
    for share in (0.01, 0.99):
        learn, test = judge.split(labels, share, rng())
        assert set(labels[learn]) == set(labels[test]) == {"a", "b"}
    with pytest.raises(ValueError, match="only one picture of c"):
        judge.split(np.array(["a", "a", "c"]), 0.3, rng())


@given(
    counts=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    number=st.integers(2, 6),
    seed=st.integers(0, 9),
)
def test_each_picture_is_held_out_once(counts: list[int], number: int, seed: int) -> None:
    labels = np.repeat([f"kind{i}" for i in range(len(counts))], counts)
    held = []
    for learn, test in judge.folds(labels, number, np.random.default_rng(seed)):
        assert not set(learn) & set(test)
        assert len(learn) + len(test) == len(labels)
        held.extend(test)
    assert sorted(held) == list(range(len(labels)))


def test_a_held_out_picture_is_never_learnt_from() -> None:
    """A classifier that knows by heart what it has seen, and says nothing else, is always wrong."""

    def by_heart(known: np.ndarray, labels: np.ndarray) -> judge.Callable[[np.ndarray], np.ndarray]:
        seen = {tuple(row): kind for row, kind in zip(known, labels, strict=True)}
        return lambda new: np.array([seen.get(tuple(row), "?") for row in new])

    assert set(judge.held_out_predictions(by_heart, blobs(3), CLASSES, 5, rng())) == {"?"}


def test_wilsons_interval() -> None:
    low, high = judge.interval(81, 100)  # a worked example: 0.722 to 0.875
    assert (round(low, 3), round(high, 3)) == (0.722, 0.875)
    assert judge.interval(0, 10)[0] == 0
    assert judge.interval(10, 10)[1] == 1
    assert 0.6 < judge.interval(10, 10)[0] < 0.8
    assert judge.interval(0, 0) == (0, 1)


def test_the_learning_curve_rises_and_keeps_pictures_to_test_on() -> None:
    points = judge.learning_curve(nearest_centroid, blobs(2), CLASSES, (1, 3, 5, 6, 9), 20, rng())
    assert [point.pictures for point in points] == [1, 3, 5], "of c there are six, and one has to be left"
    assert points[0].mean < points[-1].mean
    assert all(point.low <= point.mean <= point.high for point in points)
