"""A value network that has been trained, answering in plain NumPy: no Theano, no compiling."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bubblebreaker.value import files
from bubblebreaker.value.features import Floats, has_peels


class Trained:
    """The numbers of a network. ``arrays``: as ``network.ValueNetwork.arrays`` gives them."""

    def __init__(self, arrays: Sequence[Floats]) -> None:
        """Take the inputs' mean and scale, the answers' unit, then weights and offsets by turns."""
        self.mean, self.scale, unit = (np.asarray(array, np.float32) for array in arrays[:3])
        self.unit, self.peeled = np.float32(unit), has_peels(self.mean.size)
        numbers = [np.asarray(array, np.float32) for array in arrays[3:]]
        self.layers = list(zip(numbers[::2], numbers[1::2], strict=True))

    def worth(self, told: Floats) -> Floats:
        """Return the points still to come after the boards told of (m, width): float32 (m,)."""
        passed: Floats = (told - self.mean) / self.scale
        for weights, offsets in self.layers[:-1]:
            passed = np.maximum(passed @ weights + offsets, np.float32(0))
        weights, offsets = self.layers[-1]
        answer: Floats = (passed @ weights + offsets)[:, 0] * self.unit
        return answer


def load(path: Path) -> Trained:
    """Read a network from a file. Raises NoNetworkError when there is none in it."""
    return Trained(files.load(path)[0])


def shipped(game: str) -> Trained:
    """Return the network that comes with the package for "bubblebreaker", "samegame" or "samegame-plain"."""
    return load(files.SHIPPED / f"value-{game}.npz")
