"""The head: logistic regression on a network's features. It can be saved, loaded and asked."""

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
    from workshop.imagenet.network import Network
    from workshop.imagenet.preprocessing import Picture

Array = npt.NDArray[Any]

MOST_BYTES = 500_000_000
"""Of a classifier's file, unpacked: a neighbour's may unpack to anything."""


class Answer(NamedTuple):
    """What a classifier says about one picture."""

    kind: str
    probability: float


class Head(NamedTuple):
    """A linear classifier of features of length 1, as plain arrays."""

    network: str
    """The name of the network whose features it takes."""
    kinds: tuple[str, ...]
    weights: Array
    """float32 (features, kinds)."""
    offsets: Array
    """float32 (kinds,)."""

    def probabilities(self, features: Array) -> Array:
        """Return how likely each kind is, (n, kinds); each row adds up to 1."""
        scores = unit(features) @ self.weights + self.offsets
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Array = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def answers(self, features: Array) -> Array:
        """Return the likeliest kind of each row of ``features`` (n, features), as an array of texts."""
        said: Array = np.array(self.kinds)[self.probabilities(features).argmax(axis=1)]
        return said

    def ask(self, network: Network, picture: Picture) -> list[Answer]:
        """Return what it says about a picture, likeliest first.

        Raises WorkshopError when it was taught on another network's features.
        """
        if network.name != self.network:
            raise WorkshopError(
                f"this classifier was taught on {self.network}, not on {network.name}; teach it anew"
            )
        shares = self.probabilities(network.features(picture))[0]
        return [Answer(self.kinds[i], float(shares[i])) for i in np.argsort(-shares)]


def unit(features: Array) -> Array:
    """Return ``features`` (n, d), each row of length 1: how *much* a picture shows does not count."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    shortened: Array = features / np.maximum(lengths, 1e-12)
    return shortened


def teach(features: Array, kinds: Array, network: str = "", strength: float = 10.0) -> Head:
    """Fit a logistic regression to ``features`` (n, d) and ``kinds`` (n,), texts; at least two kinds.

    Features are brought to length 1 first. ``strength`` is scikit-learn's C: the smaller, the smaller the
    weights stay; there are more features than pictures, so something has to keep them small.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, max_iter=1000).fit(unit(features), kinds)
    rows, offsets = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # scikit-learn gives one row for two kinds: its score speaks for the second
        rows, offsets = np.concatenate([0 * rows, rows]), np.concatenate([0 * offsets, offsets])
    names = tuple(str(kind) for kind in fitted.classes_)
    return Head(network, names, np.ascontiguousarray(rows.T, np.float32), offsets.astype(np.float32))


def logistic_regression(features: Array, kinds: Array) -> Callable[[Array], Array]:
    """Fit a head and return the function that gives its answers, as ``judge`` wants it."""
    return teach(features, kinds).answers


def save(head: Head, path: Path) -> Path:
    """Save a head as plain arrays, in one ``.npz`` file; nothing in it can run code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        np.savez_compressed(file, **{**head._asdict(), "kinds": np.array(head.kinds)})
    return path


def load(path: Path) -> Head:
    """Read a head. Raises WorkshopError when there is none, or the file is something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            require_small(archive, MOST_BYTES)
        with np.load(path, allow_pickle=False) as content:
            kinds = tuple(str(kind) for kind in content["kinds"])
            head = Head(str(content["network"]), kinds, content["weights"], content["offsets"])
    except FileNotFoundError as error:
        raise WorkshopError(f"there is no classifier {path}; teach one and save it") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise WorkshopError(f"{path} is not a classifier ({error}); teach it anew") from error
    if head.weights.ndim != 2 or {head.weights.shape[1:], head.offsets.shape} != {(len(kinds),)}:
        raise WorkshopError(f"{path} is not a classifier (its parts do not fit); teach it anew")
    return head
