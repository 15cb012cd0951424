"""How good are digits that a machine invented? A yardstick that several lessons share.

The judge is the shipped network of convolutions (``shipped/cnn-full.npz``), which has learnt to read real
digits and has never seen an invented one. It is written out in numpy: it says the same under Theano and
TensorFlow, and nothing has to be compiled.

- **Fréchet distance**: real and invented digits are two clouds of points in the 128 numbers of the judge's
  last hidden layer. Each is taken for a Gaussian; their distance is |m₁ − m₂|² + tr(C₁ + C₂ − 2(C₁C₂)^½)
  (Fréchet 1957; for pictures Heusel et al. 2017, https://arxiv.org/abs/1706.08500). 0 is the same cloud.
- **Kinds**: e to the entropy of the digits that the judge reads. 10 where all digits come equally often, 1
  where only one does.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.teach import checkpoints
from workshop.teach.batches import batches

Array = npt.NDArray[Any]

JUDGE = "cnn-full"
AT_ONCE = 250
"""How many pictures the judge looks at together; the windows of 250 take 80 MB."""
SURE = 0.9


class Verdict(NamedTuple):
    """What the judge says of many invented digits."""

    frechet: float
    """Distance to the real digits; lower is better, and it is on no scale but its own."""
    kinds: float
    """1 to 10: how many digits there are, each counted by how often it comes."""
    sure: float
    """The share of pictures of which the judge is more than 0.9 sure."""


class Judge:
    """Compares invented digits with real ones that the inventor should not have learnt from."""

    def __init__(self, real: Array) -> None:
        """Look at the ``real`` digits, (n, 1, 28, 28) or (n, 784), 0 is paper and 1 is ink."""
        self.real, _ = look(real)

    def __call__(self, images: Array) -> Verdict:
        """Judge ``images``, of the same shapes; what lies outside 0 to 1 is cut off, as paper would."""
        features, probabilities = look(images)
        labels = probabilities.argmax(axis=1)
        sure = float((probabilities.max(axis=1) > SURE).mean())
        return Verdict(frechet(self.real, features), kinds(labels), sure)


def look(images: Array) -> tuple[Array, Array]:
    """Return what the judge makes of pictures: features float32 (n, 128), probabilities (n, 10).

    ``images`` is (n, 1, 28, 28), (n, 28, 28) or (n, 784).
    """
    planes = np.clip(np.asarray(images, dtype=np.float32), 0, 1).reshape(-1, 1, 28, 28)
    parts = [_look_at_few(few) for (few,) in batches(planes, size=AT_ONCE)]
    if not parts:
        raise ValueError("there is no picture to judge")
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def read(images: Array) -> Array:
    """Return the digit that the judge reads in each picture, (n,)."""
    labels: Array = look(images)[1].argmax(axis=1)
    return labels


def frechet(one: Array, other: Array) -> float:
    """Return the Fréchet distance of two clouds of points, (n, d) and (m, d), each taken for a Gaussian."""
    apart = one.mean(axis=0, dtype=np.float64) - other.mean(axis=0, dtype=np.float64)
    first, second = (np.cov(cloud.T.astype(np.float64)) for cloud in (one, other))
    root = _root(first)
    # tr (C₁C₂)^½ is tr (R C₂ R)^½ with R = C₁^½, and that matrix is symmetric.
    shared = np.trace(_root(root @ second @ root))
    return float(apart @ apart + np.trace(first) + np.trace(second) - 2 * shared)


def kinds(labels: Array) -> float:
    """Return e to the entropy of the labels (n,), whole numbers from 0 on: as how many they count."""
    shares = np.bincount(labels) / len(labels)
    present = shares[shares > 0]
    return float(np.exp(-(present * np.log(present)).sum()))


@cache
def _weights() -> tuple[Array, ...]:
    """Return the judge's arrays: filters turned for correlation, matrices, offsets."""
    arrays, _ = checkpoints.load(checkpoints.SHIPPED / f"{JUDGE}.npz")
    # Lasagne turns a filter around before it slides.
    return tuple(array[..., ::-1, ::-1] if array.ndim == 4 else array for array in arrays)


def _look_at_few(planes: Array) -> tuple[Array, Array]:
    first, first_offsets, second, second_offsets, hidden, hidden_offsets, last, last_offsets = _weights()
    strokes = _pooled(_convolved(planes, first, first_offsets))
    parts = _pooled(_convolved(strokes, second, second_offsets))
    features = np.maximum(parts.reshape(len(parts), -1) @ hidden + hidden_offsets, 0)
    scores = features @ last + last_offsets
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return features, powers / powers.sum(axis=1, keepdims=True)


def _convolved(planes: Array, filters: Array, offsets: Array) -> Array:
    """Slide filters (k, channels, rows, columns) over planes (n, channels, …) and cut off below 0."""
    windows = np.lib.stride_tricks.sliding_window_view(planes, filters.shape[-2:], axis=(2, 3))
    seen = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, filters[0].size)
    answers = np.maximum(seen @ filters.reshape(len(filters), -1).T + offsets, 0)
    count, _, rows, columns = windows.shape[:4]
    found: Array = answers.reshape(count, rows, columns, -1).transpose(0, 3, 1, 2)
    return found


def _pooled(planes: Array) -> Array:
    """Keep the largest of each 2 × 2."""
    count, channels, rows, columns = planes.shape
    blocks: Array = planes.reshape(count, channels, rows // 2, 2, columns // 2, 2).max(axis=(3, 5))
    return blocks


def _root(matrix: Array) -> Array:
    """Return the square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    root: Array = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root
