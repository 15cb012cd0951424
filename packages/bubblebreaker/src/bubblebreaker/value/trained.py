"""A value network that has been trained, answering in plain NumPy: no Theano, no compiling.

Its file is one ``.npz`` of plain arrays in their order, and a few facts; it cannot run code. Checkpoints of
the lessons of the Deep Learning Workshop have the same form.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bubblebreaker.value.features import Floats, has_peels

SHIPPED = Path(__file__).parents[1] / "shipped"
"""Networks that come with the package."""
MOST_BYTES = 500_000_000
"""Of a network's file, unpacked: somebody else's may unpack to anything."""
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How its parts may be compressed: of other ways the library unpacks without bound."""


class NoNetworkError(ValueError):
    """A file that holds no network; the message names it."""


class Trained:
    """The numbers of a network. ``arrays``: in the order in which ``__init__`` takes them."""

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
    try:
        _require_small(path)
        with np.load(path, allow_pickle=False) as content:
            return Trained([content[name] for name in sorted(content.files) if name != "facts"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise NoNetworkError(f"{path} holds no network ({error})") from error


def _require_small(path: Path) -> None:
    """Raise ValueError when a file unpacks to too much; NumPy reads no more than each part says it has."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if any(part.compress_type not in BOUNDED for part in parts):
        raise ValueError("it is compressed in a way that is not read here")
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES:,} bytes")


def shipped(game: str) -> Trained:
    """Return the network that comes with the package for "bubblebreaker" or "samegame"."""
    return load(SHIPPED / f"value-{game}.npz")
