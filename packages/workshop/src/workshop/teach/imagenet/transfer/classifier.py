"""The head: logistic regression on a network's features. It can be saved, loaded and applied."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.core.files import written_whole
from workshop.core.zips import require_small

if TYPE_CHECKING:
    from workshop.teach.imagenet.network import Network
    from workshop.teach.imagenet.preprocessing import Picture

Array = npt.NDArray[Any]

MOST_BYTES = 500_000_000
"""Of a classifier's file, unpacked: a neighbour's may unpack to anything."""


class Answer(NamedTuple):
    """One class and its probability for a picture."""

    label: str
    probability: float


class Head(NamedTuple):
    """A linear classifier of features of length 1, as plain arrays."""

    network: str
    """The name of the network whose features it takes."""
    classes: tuple[str, ...]
    weights: Array
    """float32 (features, classes)."""
    biases: Array
    """float32 (classes,)."""

    def probabilities(self, features: Array) -> Array:
        """Return the probability of each class, (n, classes); each row sums to 1."""
        scores = unit(features) @ self.weights + self.biases
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, features: Array) -> Array:
        """Return the most probable class of each row of ``features`` (n, features), as an array of texts."""
        said: Array = np.array(self.classes)[self.probabilities(features).argmax(axis=1)]
        return said

    def ask(self, network: Network, picture: Picture) -> list[Answer]:
        """Return the classes of a picture, most probable first.

        Raises WorkshopError if it was trained on another network's features.
        """
        if network.name != self.network:
            raise WorkshopError(
                f"this classifier was trained on {self.network}, not on {network.name}; train it again"
            )
        probabilities = self.probabilities(network.features(picture))[0]
        return [Answer(self.classes[i], float(probabilities[i])) for i in np.argsort(-probabilities)]


def unit(features: Array) -> Array:
    """Return ``features`` (n, d), each row of length 1: only its direction counts."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    shortened: Array = features / np.maximum(lengths, 1e-12)
    return shortened


def train(features: Array, labels: Array, network: str = "", strength: float = 10.0) -> Head:
    """Fit a logistic regression to ``features`` (n, d) and ``labels`` (n,), texts; at least two classes.

    Features are brought to length 1 first. ``strength`` is scikit-learn's C: the smaller, the smaller the
    weights stay; there are more features than pictures, so something has to keep them small.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, max_iter=1000).fit(unit(features), labels)
    rows, biases = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # scikit-learn gives one row for two classes: the score of the second
        rows, biases = np.concatenate([0 * rows, rows]), np.concatenate([0 * biases, biases])
    names = tuple(str(name) for name in fitted.classes_)
    return Head(network, names, np.ascontiguousarray(rows.T, np.float32), biases.astype(np.float32))


def logistic_regression(features: Array, labels: Array) -> Callable[[Array], Array]:
    """Fit a head and return its prediction function, as ``judge`` expects it."""
    return train(features, labels).predict


def save(head: Head, path: Path) -> Path:
    """Save a head as plain arrays, in one ``.npz`` file; nothing in it can run code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        np.savez_compressed(file, **{**head._asdict(), "classes": np.array(head.classes)})
    return path


def load(path: Path) -> Head:
    """Read a head. Raises WorkshopError when there is none, or the file is something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            require_small(archive, MOST_BYTES)
        with np.load(path, allow_pickle=False) as content:
            classes = tuple(str(name) for name in content["classes"])
            head = Head(str(content["network"]), classes, content["weights"], content["biases"])
    except FileNotFoundError as error:
        raise WorkshopError(f"there is no classifier {path}; train one and save it") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise WorkshopError(f"{path} is not a classifier ({error}); train it again") from error
    if head.weights.ndim != 2 or {head.weights.shape[1:], head.biases.shape} != {(len(classes),)}:
        raise WorkshopError(f"{path} is not a classifier (its parts do not fit); train it again")
    return head
