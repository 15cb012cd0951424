"""How good is a classifier? Splits, baselines, held-out answers, intervals, and a learning curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Fit = Callable[[Array, Array], Callable[[Array], Array]]
"""(features (n, d), kinds (n,)) → a function from features (m, d) to kinds (m,)."""


def split(kinds: Array, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the places to learn from and to be tested on; ``share`` of each kind is held out.

    Of each kind at least one picture goes to either side. Raises ValueError where a kind has only one.
    """
    learn: list[int] = []
    test: list[int] = []
    for kind in np.unique(kinds):
        places = rng.permutation(np.flatnonzero(kinds == kind))
        if len(places) < 2:
            raise ValueError(f"there is only one picture of {kind}; it takes two to learn and to test")
        held = min(len(places) - 1, max(1, round(share * len(places))))
        test.extend(places[:held])
        learn.extend(places[held:])
    return np.sort(np.array(learn)), np.sort(np.array(test))


def folds(kinds: Array, count: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Yield ``count`` splits in which each picture is held out exactly once, each kind evenly spread."""
    fold = np.empty(len(kinds), dtype=np.int64)
    for kind in np.unique(kinds):
        places = rng.permutation(np.flatnonzero(kinds == kind))
        fold[places] = np.arange(len(places)) % count
    for number in range(count):
        if (fold == number).any():
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def held_out_answers(fit: Fit, features: Array, kinds: Array, count: int, rng: np.random.Generator) -> Array:
    """Return what is said about each picture by a classifier that has not seen it, like ``kinds`` (n,)."""
    answers = np.empty_like(kinds)
    for learn, test in folds(kinds, count, rng):
        answers[test] = fit(features[learn], kinds[learn])(features[test])
    return answers


def most_frequent(features: Array, kinds: Array) -> Callable[[Array], Array]:
    """Fit the baseline that looks at nothing: it says what is most frequent."""
    found, counts = np.unique(kinds, return_counts=True)
    return lambda some: np.full(len(some), found[counts.argmax()])


def interval(right: int, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of the share ``right`` / ``count`` (1927, doi:10.2307/2276774)."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


class Point(NamedTuple):
    """One point of a learning curve."""

    pictures: int
    """Of each kind, to learn from."""
    mean: float
    """Share of right answers on held-out pictures, over all draws."""
    low: float
    """Nine of ten draws lie between these two."""
    high: float


def learning_curve(
    fit: Fit, features: Array, kinds: Array, sizes: Sequence[int], draws: int, rng: np.random.Generator
) -> list[Point]:
    """Measure how the share of right answers grows with the pictures of each kind.

    For each size ``draws`` times so many pictures of each kind are drawn; all others test. Sizes that
    would leave a kind without a picture to test on are left out.
    """
    fewest = min(np.unique(kinds, return_counts=True)[1])
    points = []
    for size in (size for size in sizes if size < fewest):
        shares = [_one_draw(fit, features, kinds, size, rng) for _ in range(draws)]
        low, high = np.quantile(shares, [0.05, 0.95])
        points.append(Point(size, float(np.mean(shares)), float(low), float(high)))
    return points


def _one_draw(fit: Fit, features: Array, kinds: Array, size: int, rng: np.random.Generator) -> float:
    """Learn from ``size`` pictures of each kind; return the mean over kinds of the right answers' share."""
    chosen = [rng.permutation(np.flatnonzero(kinds == kind))[:size] for kind in np.unique(kinds)]
    learn = np.concatenate(chosen)
    test = np.setdiff1d(np.arange(len(kinds)), learn)
    right = fit(features[learn], kinds[learn])(features[test]) == kinds[test]
    return float(np.mean([right[kinds[test] == kind].mean() for kind in np.unique(kinds)]))
