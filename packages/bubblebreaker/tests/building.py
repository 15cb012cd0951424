"""Rules and games that several tests use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, SAMEGAME_DEDUCTION, Refill, Rules

SMALL = SAMEGAME.having(rows=5, columns=5, colours=3)


def many_rules(count: int) -> Iterator[Rules]:
    """Yield rules of many small sizes, with each refill and each way of counting in turn."""
    rng = np.random.default_rng(count)
    refills: tuple[Refill, ...] = ("none", "random", "grey")
    for number in range(count):
        preset = (BUBBLE_BREAKER, SAMEGAME, SAMEGAME_DEDUCTION)[number % 3]
        rows, columns, colours = (int(rng.integers(low, high)) for low, high in ((1, 9), (1, 9), (2, 6)))
        refill = refills[number // 3 % 3]
        # Of one colour every move clears a column, and with refill that goes on for ever.
        yield preset.having(rows=rows, columns=columns, colours=colours, refill=refill, grey_value=number)


def interval(scores: npt.ArrayLike) -> tuple[float, float]:
    """Return the mean of scores and how far its 95 % interval reaches to either side."""
    values = np.asarray(scores, np.float64)
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(values.size))


class Nothing:
    """Thinks that no board is worth anything, so that only the points of the move count."""

    def worth(self, told: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return zeros."""
        return np.zeros(len(told), np.float32)
