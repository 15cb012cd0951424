"""How far a measured share can be trusted: intervals by the bootstrap.

Names of one family are not independent of each other: who errs with one Suzuki errs with all. So families
are drawn again, each with all of its people (a cluster bootstrap; Field and Welsh, 2007,
https://doi.org/10.1111/j.1467-9868.2007.00593.x).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Interval(NamedTuple):
    """A mean, and between what it lies in 95 of 100 repetitions."""

    low: float
    mean: float
    high: float

    def __str__(self) -> str:
        """Return it in percent."""
        return f"{100 * self.mean:+.1f} ({100 * self.low:+.1f} to {100 * self.high:+.1f})"


def of_mean(
    values: npt.NDArray[Any], groups: Sequence[Hashable], draws: int = 2000, seed: int = 1
) -> Interval:
    """Return the mean of ``values`` and its interval of 95 %; whoever is of one group is drawn together.

    For the difference of two methods on the same people, ``values`` are the people's own differences.
    """
    _, places = np.unique(np.array([str(group) for group in groups]), return_inverse=True)
    sums, sizes = np.bincount(places, np.asarray(values, np.float64)), np.bincount(places)
    chosen = np.random.default_rng(seed).integers(len(sums), size=(draws, len(sums)))
    means = sums[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(low), float(np.mean(values)), float(high))
