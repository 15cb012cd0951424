"""A trained network, ready to be asked: what is this, what do you see of it, what stays of it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import lasagne.layers as L  # noqa: N812
import numpy as np
import numpy.typing as npt
import theano
import theano.tensor as T  # noqa: N812

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.classes import class_names
from workshop.teach.imagenet.preprocessing import Batch, Picture, Preprocessing, batch_of

AT_A_TIME = 4
"""Pictures of one pass: more are no faster on a CPU and take more memory."""

HEADS = {"logits", "prob"}
"""Layers that see nothing but the features: the network below is compiled once for the three."""
Array = npt.NDArray[np.float32]
Pictures = Picture | Batch | Sequence[Picture]
"""One picture, several, or float32 (n, 3, side, side) as ``preprocess`` makes it."""


class Guess(NamedTuple):
    """One class with the network's belief in it."""

    name: str
    probability: float
    number: int
    """Of the class, 0 to 999."""


class Network:
    """A network for the 1,000 classes of ImageNet, as Lasagne layers with trained weights.

    ``layers`` has each layer by its published name, in order, from ``input`` to ``prob``;
    among them are ``features`` (the last before the classifier) and ``logits``; ``landmarks`` names a
    few worth looking at. ``input_var`` is the expression that goes in. What a method needs is compiled
    when it is first called.
    """

    def __init__(
        self,
        name: str,
        title: str,
        layers: dict[str, Any],
        preprocessing: Preprocessing,
        landmarks: Sequence[str] = (),
    ) -> None:
        """Take the layers that a builder made."""
        self.name = name
        self.title = title
        self.layers = layers
        self.preprocessing = preprocessing
        self.landmarks = tuple(landmarks)
        self._functions: dict[tuple[str, ...], Callable[[Batch], list[Array]]] = {}

    @property
    def side(self) -> int:
        """Rows and columns of the pictures that the network takes."""
        return self.preprocessing.side

    @property
    def input_var(self) -> Any:
        """The expression of the network's input, float32 (n, 3, side, side)."""
        return self.layers["input"].input_var

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The names of the 1,000 classes, in the order of the outputs."""
        return class_names()

    def crop(self, picture: Picture) -> npt.NDArray[np.uint8]:
        """Return what the network gets to see of a picture: uint8 (side, side, 3)."""
        return self.preprocessing.crop(picture)

    def preprocess(self, pictures: Pictures) -> Batch:
        """Return pictures as the network's numbers: float32 (n, 3, side, side)."""
        return batch_of(pictures, self.preprocessing)

    def activations(self, pictures: Pictures, layers: Sequence[str]) -> dict[str, Array]:
        """Return what the named layers answer: float32 (n, channels, rows, columns) or (n, units) each.

        Raises WorkshopError when there is no layer of such a name.
        """
        names = tuple(layers)
        parts = [self._compiled(names)(batch) for batch in self._batches(pictures)]
        return {
            name: np.concatenate(column) for name, column in zip(names, zip(*parts, strict=True), strict=True)
        }

    def logits(self, pictures: Pictures) -> Array:
        """Return what the classifier says before the softmax, float32 (n, 1000)."""
        return self.activations(pictures, ["logits"])["logits"]

    def probabilities(self, pictures: Pictures) -> Array:
        """Return how likely each class is, float32 (n, 1000); each row adds up to 1."""
        return self.activations(pictures, ["prob"])["prob"]

    def features(self, pictures: Pictures, progress: Callable[[float], None] | None = None) -> Array:
        """Return what the classifier sees: float32 (n, 1024), (n, 2048) or (n, 1280) by network.

        ``progress`` is called with the share (0 to 1) that is done, after each few pictures.
        """
        several: Any = pictures if isinstance(pictures, list | tuple | np.ndarray) else [pictures]
        done, rows = 0, []
        function = self._compiled(("features",))
        for batch in self._batches(pictures):
            rows.append(function(batch)[0])
            done += len(batch)
            if progress:
                progress(min(1.0, done / max(1, len(several))))
        return np.concatenate(rows)

    def classify(self, picture: Picture | Batch, top: int = 5) -> list[Guess]:
        """Return the ``top`` classes that the network thinks most likely, best first."""
        return self.best(self.probabilities(picture)[0], top)

    def best(self, probabilities: Array, top: int = 5) -> list[Guess]:
        """Return the ``top`` classes of one row of probabilities (1000,), best first."""
        order = np.argsort(-probabilities, kind="stable")[:top]
        return [Guess(self.classes[i], float(probabilities[i]), int(i)) for i in order]

    def _batches(self, pictures: Pictures) -> Iterator[Batch]:
        """Yield a few pictures at a time, so that not all have to be in memory as floats."""
        several: Any = pictures
        is_batch = isinstance(pictures, np.ndarray) and pictures.ndim == 4
        if not is_batch and not isinstance(pictures, list | tuple):
            several = [pictures]
        if not len(several):
            raise WorkshopError("there is no picture to look at; give at least one")
        for start in range(0, len(several), AT_A_TIME):
            yield self.preprocess(several[start : start + AT_A_TIME])

    def _compiled(self, names: tuple[str, ...]) -> Callable[[Batch], list[Array]]:
        """Return the function from a batch to the outputs of the named layers."""
        if names not in self._functions:
            unknown = [name for name in names if name not in self.layers]
            if unknown:
                raise WorkshopError(f"{self.title} has no layer '{unknown[0]}'; list(network.layers) has all")
            layers = [self.layers[name] for name in names]
            if HEADS.issuperset(names) and "features" in self.layers:
                self._functions[names] = self._behind_features(layers)
            else:
                outputs = L.get_output(layers, deterministic=True)
                self._functions[names] = theano.function([self.input_var], outputs)
        return self._functions[names]

    def _behind_features(self, layers: list[Any]) -> Callable[[Batch], list[Array]]:
        """Return the function from a batch to the outputs of layers that see its features."""
        seen = T.matrix("features", dtype="float32")
        outputs = L.get_output(layers, {self.layers["features"]: seen}, deterministic=True)
        features, head = self._compiled(("features",)), theano.function([seen], outputs)

        def function(batch: Batch) -> list[Array]:
            found: list[Array] = head(features(batch)[0])
            return found

        return function
