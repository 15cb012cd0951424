"""Measures of generated digits, shared by several lessons.

The classifier is the shipped network of convolutions (``shipped/cnn-full.npz``), which was trained on real
digits only. It is written in numpy, so it gives the same results under Theano and TensorFlow, and nothing has
to be compiled.

- **Fréchet distance**: the classifier's last hidden layer turns real and generated digits into two clouds of
  points. Each is treated as a Gaussian; their distance is |m₁ − m₂|² + tr(C₁ + C₂ − 2(C₁C₂)^½)
  (Fréchet 1957; for pictures Heusel et al. 2017, https://arxiv.org/abs/1706.08500). 0 is the same cloud.
- **Effective classes**: e to the entropy of the predicted digits. 10 if all digits are equally frequent, 1 if
  only one occurs.
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
"""How many images are classified together; the windows of 250 take 80 MB."""
CONFIDENT = 0.9


class Verdict(NamedTuple):
    """The measures of many generated digits."""

    frechet: float
    """Distance to the real digits; lower is better, and it is on no scale but its own."""
    classes: float
    """1 to 10: the effective number of classes."""
    confident: float
    """The fraction of images with a confidence above 0.9."""


class Judge:
    """Compares generated digits with real ones that the generator was not trained on."""

    def __init__(self, real: Array) -> None:
        """Classify the ``real`` digits, (n, 1, 28, 28) or (n, 784), 0 is paper and 1 is ink."""
        self.real, _ = classify(real)

    def __call__(self, images: Array) -> Verdict:
        """Evaluate ``images``, of the same shapes; values are clipped to 0 to 1."""
        features, probabilities = classify(images)
        labels = probabilities.argmax(axis=1)
        confident = float((probabilities.max(axis=1) > CONFIDENT).mean())
        return Verdict(frechet(self.real, features), effective_classes(labels), confident)


def classify(images: Array) -> tuple[Array, Array]:
    """Return the classifier's output for images: features float32 (n, 128), probabilities (n, 10).

    ``images`` is (n, 1, 28, 28), (n, 28, 28) or (n, 784).
    """
    planes = np.clip(np.asarray(images, dtype=np.float32), 0, 1).reshape(-1, 1, 28, 28)
    parts = [_look_at_few(few) for (few,) in batches(planes, size=AT_ONCE)]
    if not parts:
        raise ValueError("there are no images")
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def read(images: Array) -> Array:
    """Return the predicted digit of each image, (n,)."""
    labels: Array = classify(images)[1].argmax(axis=1)
    return labels


def frechet(one: Array, other: Array) -> float:
    """Return the Fréchet distance of two clouds of points, (n, d) and (m, d), each treated as a Gaussian."""
    apart = one.mean(axis=0, dtype=np.float64) - other.mean(axis=0, dtype=np.float64)
    first, second = (np.cov(cloud.T.astype(np.float64)) for cloud in (one, other))
    root = _root(first)
    # tr (C₁C₂)^½ is tr (R C₂ R)^½ with R = C₁^½, and that matrix is symmetric.
    shared = np.trace(_root(root @ second @ root))
    return float(apart @ apart + np.trace(first) + np.trace(second) - 2 * shared)


def effective_classes(labels: Array) -> float:
    """Return e to the entropy of the labels (n,), whole numbers from 0 on."""
    fractions = np.bincount(labels) / len(labels)
    present = fractions[fractions > 0]
    return float(np.exp(-(present * np.log(present)).sum()))


@cache
def _weights() -> tuple[Array, ...]:
    """Return the classifier's arrays: filters flipped for correlation, matrices, biases."""
    arrays, _ = checkpoints.load(checkpoints.SHIPPED / f"{JUDGE}.npz")
    # Lasagne flips a filter before it slides.
    return tuple(array[..., ::-1, ::-1] if array.ndim == 4 else array for array in arrays)


def _look_at_few(planes: Array) -> tuple[Array, Array]:
    first, first_biases, second, second_biases, hidden, hidden_biases, last, last_biases = _weights()
    strokes = _pooled(_convolved(planes, first, first_biases))
    parts = _pooled(_convolved(strokes, second, second_biases))
    features = np.maximum(parts.reshape(len(parts), -1) @ hidden + hidden_biases, 0)
    scores = features @ last + last_biases
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return features, powers / powers.sum(axis=1, keepdims=True)


def _convolved(planes: Array, filters: Array, biases: Array) -> Array:
    """Slide filters (k, channels, rows, columns) over planes (n, channels, …) and cut off below 0."""
    windows = np.lib.stride_tricks.sliding_window_view(planes, filters.shape[-2:], axis=(2, 3))
    seen = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, filters[0].size)
    answers = np.maximum(seen @ filters.reshape(len(filters), -1).T + biases, 0)
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
