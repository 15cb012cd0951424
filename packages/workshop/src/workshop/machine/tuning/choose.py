"""Judge thread counts by figures from a noisy machine.

All thread counts are measured side by side in each round. What slows a whole round down cancels out
when each figure is compared with the others of its round. Over the rounds the mean of the middle half
counts, the midmean: what happens in up to a quarter of them cannot mislead it, as it cannot mislead a
median; and unlike a median it does not jump when a machine is busy for about half of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

TOLERANCE = 0.05
"""How much speed may be given away for fewer threads, which leave cores to the other notebooks."""


def called(threads: int) -> str:
    """Return what so many threads are called."""
    return f"{threads} thread" if threads == 1 else f"{threads} threads"


@dataclass(frozen=True)
class Table:
    """What a sweep measured."""

    threads: tuple[int, ...]
    workloads: tuple[str, ...]
    rates: Array
    """Operations a second, float64 (rounds, threads, workloads), all above zero."""
    seconds: float = 0.0
    """What measuring it took."""

    def labels(self) -> list[str]:
        """Return what each thread count is called."""
        return [called(threads) for threads in self.threads]

    def medians(self) -> Array:
        """Return the median over the rounds: operations a second (threads, workloads)."""
        return np.asarray(np.median(self.rates, axis=0))

    def middle_half(self) -> Array:
        """Return between what half of the rounds lies: operations a second (2, threads, workloads)."""
        return np.asarray(np.percentile(self.rates, (25, 75), axis=0))

    def rate(self, threads: int, workload: str) -> float:
        """Return the median of one cell, in operations a second."""
        return float(self.medians()[self.threads.index(threads), self.workloads.index(workload)])


def joined(tables: Sequence[Table]) -> Table:
    """Return the rounds of several sweeps of the same threads and workloads as one table."""
    first = tables[0]
    if any((each.threads, each.workloads) != (first.threads, first.workloads) for each in tables):
        raise ValueError("only sweeps of the same threads and workloads can be joined")
    rates = np.concatenate([each.rates for each in tables])
    return Table(first.threads, first.workloads, rates, sum(each.seconds for each in tables))


def relative(table: Table) -> Array:
    """Return the speeds (threads, workloads) with respect to the geometric mean over the threads."""
    logarithms = np.log(table.rates)
    return np.asarray(np.exp(_midmean(logarithms - logarithms.mean(axis=1, keepdims=True))))


def _midmean(values: Array) -> Array:
    """Return the mean over the first axis without the lowest and the highest quarter of it."""
    cut = len(values) // 4
    return np.asarray(np.sort(values, axis=0)[cut : len(values) - cut].mean(axis=0))


def scores(table: Table) -> dict[int, float]:
    """Return for each thread count its speed as a share of the best one's.

    The speed is the geometric mean over the workloads, so that twice as fast counts the same
    whether a workload takes long or not.
    """
    means = np.exp(np.log(relative(table)).mean(axis=1))
    return {count: float(mean / means.max()) for count, mean in zip(table.threads, means, strict=True)}


def pick(table: Table, tolerance: float = TOLERANCE) -> int:
    """Return the smallest thread count that is as fast as the best, give or take ``tolerance``."""
    return min(count for count, score in scores(table).items() if score >= 1 - tolerance)


def share_of_best(threads: int, table: Table) -> float:
    """Return how fast a choice is in a table, as a share of the table's best."""
    return scores(table)[threads]
