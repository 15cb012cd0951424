"""Small random batches, and how fast to learn from each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Schedule = Callable[[int, int], float]
"""Learning rate as a function of (number of this step from 0, number of all steps)."""


def batches(
    *arrays: npt.NDArray[Any], size: int, rng: np.random.Generator | None = None
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Go once through ``arrays`` side by side, ``size`` rows at a time; the last batch may be smaller.

    With ``rng`` the rows come in a random order, the same in all arrays. Every row comes exactly
    once. Raises ValueError when the arrays differ in length or ``size`` is not positive.

    >>> [batch.tolist() for batch, in batches(np.arange(5), size=2)]
    [[0, 1], [2, 3], [4]]
    """
    if size < 1:
        raise ValueError(f"a batch needs at least one row, not {size}")
    if len({len(array) for array in arrays}) != 1:
        raise ValueError(f"the arrays differ in length: {[len(array) for array in arrays]}")
    return _batches(arrays, size, rng)


def _batches(
    arrays: tuple[npt.NDArray[Any], ...], size: int, rng: np.random.Generator | None
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    count = len(arrays[0])
    order = np.arange(count) if rng is None else rng.permutation(count)
    for start in range(0, count, size):
        rows = order[start : start + size]
        yield tuple(array[rows] for array in arrays)


def constant(rate: float) -> Schedule:
    """Learn at the same rate from the first step to the last."""
    return lambda step, steps: rate


def warm_up_then_down(peak: float, warm_up: float = 0.15, end: float = 1e-5) -> Schedule:
    """Rise in a straight line to ``peak`` within the share ``warm_up`` of all steps, then fall to ``end``.

    The first steps are small because Adam has not yet seen how large gradients are; the last
    ones are small so that the weights settle. The last step has the rate ``end``.
    """

    def rate(step: int, steps: int) -> float:
        rising = warm_up * steps
        if step < rising:
            return peak * (step + 1) / (rising + 1)
        left = (steps - 1 - step) / max(1.0, steps - 1 - rising)
        return end + (peak - end) * min(1.0, max(0.0, left))

    return rate
