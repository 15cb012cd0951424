"""Does a network that says "90 %" turn out right in nine cases of ten?

Reliability diagrams and the expected calibration error after Guo and others, "On calibration of modern
neural networks", 2017, https://arxiv.org/abs/1706.04599, sections 2 and 4.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

Array = npt.NDArray[Any]


class Bins(NamedTuple):
    """Answers sorted into bins by how sure they were; only bins that are not empty."""

    confidence: Array
    """Mean probability of the given answers, 0 to 1."""
    accuracy: Array
    """Share of right answers."""
    people: Array
    """How many answers."""


def softmax(scores: Array, temperature: float = 1.0) -> Array:
    """Return the probabilities of scores (n, classes), each score divided by ``temperature``."""
    values = np.asarray(scores, np.float64) / temperature
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def reliability(probabilities: Array, labels: Array, bins: int = 10) -> Bins:
    """Sort answers (n, classes) into ``bins`` of equal width by the probability of the answer."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    places = np.minimum((sure * bins).astype(int), bins - 1)
    count = np.bincount(places, minlength=bins)
    there = count > 0
    confidence = np.bincount(places, sure, bins)[there] / count[there]
    accuracy = np.bincount(places, right, bins)[there] / count[there]
    return Bins(confidence, accuracy, count[there])


def calibration_error(probabilities: Array, labels: Array, bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap |accuracy − confidence| of the bins, by count."""
    found = reliability(probabilities, labels, bins)
    return float(np.average(np.abs(found.accuracy - found.confidence), weights=found.people))


def nats(probabilities: Array, labels: Array) -> float:
    """Return the mean of −ln p of the right answers."""
    return float(-np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-12, 1)).mean())


def draw_reliability(curves: dict[str, Bins]) -> Figure:
    """Draw accuracy against confidence."""
    figure, axes = plt.subplots(figsize=(4.5, 4), layout="constrained")
    axes.plot([0, 1], [0, 1], ":", color="0.6")
    for name, found in curves.items():
        axes.plot(found.confidence, found.accuracy, "o-", label=name)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0.2, 1.02), ylim=(0, 1.02))
    axes.legend()
    plt.close(figure)
    return figure
