"""How good is a classifier? Splits, baselines, held-out predictions, intervals, and a learning curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Fit = Callable[[Array, Array], Callable[[Array], Array]]
"""(features (n, d), labels (n,)) → a function from features (m, d) to labels (m,)."""


def split(labels: Array, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the indices of training and test pictures; ``share`` of each class is held out.

    Each side gets at least one picture of each class. Raises ValueError if a class has only one.
    """
    learn: list[int] = []
    test: list[int] = []
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        if len(places) < 2:
            raise ValueError(f"there is only one picture of {label}; training and testing need at least two")
        held = min(len(places) - 1, max(1, round(share * len(places))))
        test.extend(places[:held])
        learn.extend(places[held:])
    return np.sort(np.array(learn)), np.sort(np.array(test))


def folds(labels: Array, count: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Yield ``count`` splits in which each picture is held out exactly once, stratified by class."""
    fold = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        fold[places] = np.arange(len(places)) % count
    for number in range(count):
        if (fold == number).any():
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def held_out_predictions(
    fit: Fit, features: Array, labels: Array, count: int, rng: np.random.Generator
) -> Array:
    """Return the prediction for each picture by a classifier that has not seen it, like ``labels`` (n,)."""
    answers = np.empty_like(labels)
    for learn, test in folds(labels, count, rng):
        answers[test] = fit(features[learn], labels[learn])(features[test])
    return answers


def most_frequent(features: Array, labels: Array) -> Callable[[Array], Array]:
    """Fit the majority-class baseline: it always predicts the most frequent class."""
    found, counts = np.unique(labels, return_counts=True)
    return lambda some: np.full(len(some), found[counts.argmax()])


def interval(right: int, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of the proportion ``right`` / ``count`` (1927, doi:10.2307/2276774)."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


class Point(NamedTuple):
    """One point of a learning curve."""

    pictures: int
    """Training pictures per class."""
    mean: float
    """Accuracy on held-out pictures, averaged over all draws."""
    low: float
    """Nine of ten draws lie between these two."""
    high: float


def learning_curve(
    fit: Fit, features: Array, labels: Array, sizes: Sequence[int], draws: int, rng: np.random.Generator
) -> list[Point]:
    """Measure how accuracy grows with the number of training pictures per class.

    For each size, draw that many pictures of each class ``draws`` times, and test on all others. Skip
    sizes that would leave a class without a test picture.
    """
    fewest = min(np.unique(labels, return_counts=True)[1])
    points = []
    for size in (size for size in sizes if size < fewest):
        accuracies = [_one_draw(fit, features, labels, size, rng) for _ in range(draws)]
        low, high = np.quantile(accuracies, [0.05, 0.95])
        points.append(Point(size, float(np.mean(accuracies)), float(low), float(high)))
    return points


def _one_draw(fit: Fit, features: Array, labels: Array, size: int, rng: np.random.Generator) -> float:
    """Train on ``size`` pictures per class; return the accuracy, averaged over the classes."""
    chosen = [rng.permutation(np.flatnonzero(labels == label))[:size] for label in np.unique(labels)]
    learn = np.concatenate(chosen)
    test = np.setdiff1d(np.arange(len(labels)), learn)
    right = fit(features[learn], labels[learn])(features[test]) == labels[test]
    return float(np.mean([right[labels[test] == label].mean() for label in np.unique(labels)]))
