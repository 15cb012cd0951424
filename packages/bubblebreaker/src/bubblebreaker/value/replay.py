"""What is remembered to learn from: a ring of experience, drawn evenly or by priority.

Schaul, Quan, Antonoglou and Silver, "Prioritized Experience Replay", ICLR 2016, the proportional variant:
what surprised more is drawn more often, and weighs less in return, so that the mean stays what it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bubblebreaker.value.features import Floats

Places = npt.NDArray[np.int64]


class Batch(NamedTuple):
    """Some of what is remembered: told (n, width), targets and weights (n,), and where it lies (n,)."""

    told: Floats
    targets: Floats
    weights: Floats
    places: Places


class SumTree:
    """Numbers whose sum, and any of whose partial sums, is known in a logarithmic number of steps."""

    def __init__(self, size: int) -> None:
        """Start with ``size`` zeros."""
        self.leaves = 1 << max(0, size - 1).bit_length()
        self.nodes = np.zeros(2 * self.leaves)

    @property
    def total(self) -> float:
        """The sum of all numbers."""
        return float(self.nodes[1])

    def __getitem__(self, places: Places) -> npt.NDArray[np.float64]:
        """Return the numbers at ``places``."""
        found: npt.NDArray[np.float64] = self.nodes[places + self.leaves]
        return found

    def put(self, places: Places, values: npt.ArrayLike) -> None:
        """Put ``values`` at ``places``; of places named twice, the last value stays."""
        at = places + self.leaves
        self.nodes[at] = values
        at = np.unique(at)
        while at[0] > 1:
            at = np.unique(at >> 1)
            self.nodes[at] = self.nodes[2 * at] + self.nodes[2 * at + 1]

    def find(self, sums: npt.NDArray[np.float64]) -> Places:
        """Return for each of ``sums``, from 0 up to the total, at whose place that partial sum is passed."""
        at = np.ones(len(sums), np.int64)
        rest = sums.copy()
        while at[0] < self.leaves:
            left = self.nodes[2 * at]
            right = (rest >= left) & (self.nodes[2 * at + 1] > 0)
            rest -= np.where(right, left, 0)
            at = 2 * at + right
        return at - self.leaves


class Replay:
    """A ring of the last ``size`` boards and their targets, drawn evenly."""

    def __init__(self, size: int, width: int) -> None:
        """Remember nothing yet."""
        self.told = np.zeros((size, width), np.float32)
        self.targets = np.zeros(size, np.float32)
        self.count = 0
        self._next = 0

    def add(self, told: Floats, targets: Floats) -> Places:
        """Remember boards (n, width) and targets (n,), over the oldest; return where."""
        if len(told) > len(self.told):
            raise ValueError(f"{len(told)} boards do not fit into a memory of {len(self.told)}")
        places = (self._next + np.arange(len(told))) % len(self.told)
        self.told[places], self.targets[places] = told, targets
        self._next = (self._next + len(told)) % len(self.told)
        self.count = min(len(self.told), self.count + len(told))
        return places

    def draw(self, count: int, rng: np.random.Generator) -> Batch:
        """Draw some, each with weight 1."""
        places = rng.integers(self.count, size=count)
        return Batch(self.told[places], self.targets[places], np.ones(count, np.float32), places)

    def note(self, places: Places, errors: Floats) -> None:
        """Say how wrong the network was there; it makes no difference here."""


class PrioritisedReplay(Replay):
    """Drawn in proportion to (|error| + ``least``) ** ``alpha``.

    ``beta``: how far the weights make up for it, from 0 to 1 (entirely). ``least``: in points.
    """

    def __init__(
        self, size: int, width: int, alpha: float = 0.6, beta: float = 0.5, least: float = 10.0
    ) -> None:
        """Remember nothing yet."""
        super().__init__(size, width)
        self.alpha, self.beta, self.least = alpha, beta, least
        self.tree = SumTree(size)
        self._highest = 1.0

    def add(self, told: Floats, targets: Floats) -> Places:
        """Remember; what is new is as important as the most important, so that it is drawn soon."""
        places = super().add(told, targets)
        self.tree.put(places, self._highest)
        return places

    def draw(self, count: int, rng: np.random.Generator) -> Batch:
        """Draw one from each of ``count`` equal parts of the sum; the largest weight is 1."""
        parts = (np.arange(count) + rng.random(count)) * (self.tree.total / count)
        places = self.tree.find(parts)
        weights = (self.tree[places] / self.tree.total * self.count) ** -self.beta
        weights = (weights / weights.max()).astype(np.float32)
        return Batch(self.told[places], self.targets[places], weights, places)

    def note(self, places: Places, errors: Floats) -> None:
        """Say how wrong the network was there."""
        priorities = (np.abs(errors).astype(np.float64) + self.least) ** self.alpha
        self._highest = max(self._highest, float(priorities.max()))
        self.tree.put(places, priorities)
