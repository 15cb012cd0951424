"""What is minimised, as Theano expressions: content, style and roughness of a picture.

The lesson writes ``gram`` and ``loss`` itself and hands them to ``Losses``; those here are for others.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import lasagne.layers as L  # noqa: N812
import numpy as np
import numpy.typing as npt
import theano
import theano.tensor as T  # noqa: N812
from theano.tensor.signal.pool import pool_2d

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.layers import CorrelationLayer, same
from workshop.teach.imagenet.network import Network

Array = npt.NDArray[np.float32]


class Choice(NamedTuple):
    """Which layers of a network say what is in a picture, and which say how it is painted."""

    content: tuple[str, ...]
    """From fine to coarse: the finer, the closer the picture stays to the photograph."""
    style: tuple[str, ...]
    """From brush strokes to shapes."""


CHOICES = {
    "efficientnet-lite0": Choice(
        content=("_blocks.3._expand_conv", "_blocks.5._expand_conv", "_blocks.8._expand_conv"),
        style=(
            "_conv_stem",
            "_blocks.1._expand_conv",
            "_blocks.2._expand_conv",
            "_blocks.3._expand_conv",
            "_blocks.5._expand_conv",
        ),
    ),
    "googlenet": Choice(
        content=("inception_3a/output", "inception_4a/output", "inception_4c/output"),
        style=(
            "conv1/7x7_s2",
            "conv2/3x3",
            "inception_3a/output",
            "inception_3b/output",
            "inception_4a/output",
        ),
    ),
}
"""EfficientNet's were chosen by looking: see ``docs/images/style-sheet.webp``. GoogLeNet's only lie where its
pictures have the same sizes: nobody has looked yet at what it paints with its trained weights."""


def any_size(network: Network) -> None:
    """Let the network's layers take pictures of every size, not only of the one it was trained on.

    Only its convolutions and pooling work then, which is all that style transfer asks of it.
    """
    for layer in L.get_all_layers(list(network.layers.values())):
        if isinstance(layer, L.InputLayer):
            layer.shape = (None, 3, None, None)
        elif isinstance(layer, L.MergeLayer):
            layer.input_shapes = [incoming.output_shape for incoming in layer.input_layers]
        elif not isinstance(layer, L.DenseLayer):
            layer.input_shape = layer.input_layer.output_shape


def average_pooling(network: Network) -> None:
    """Let the network's layers halve pictures by the mean instead of by the largest or by every second.

    Gradients then reach every pixel alike: no checkerboards, and smoother pictures (section 2 of Gatys'
    paper). A convolution with stride 2 slides over every place, and four neighbours become their mean.
    """
    for layer in L.get_all_layers(list(network.layers.values())):
        if isinstance(layer, L.Pool2DLayer) and layer.mode == "max":
            # Theano leaves zeros around a picture out of the mean only where there are none.
            layer.mode = "average_inc_pad" if any(layer.pad) else "average_exc_pad"
        elif isinstance(layer, CorrelationLayer) and layer.stride == (2, 2):
            layer.stride = (1, 1)
            rows, columns = (same(2, size, 1) for size in layer.filter_size)
            layer.sides = (rows, columns)
            layer.nonlinearity = _Averaged(layer.nonlinearity)


class _Averaged:
    """A nonlinearity, and then the mean of each 2 by 2 neighbours."""

    def __init__(self, nonlinearity: Callable[[Any], Any]) -> None:
        self.nonlinearity = nonlinearity

    def __call__(self, x: Any) -> Any:
        return pool_2d(self.nonlinearity(x), (2, 2), ignore_border=True, mode="average_exc_pad")


def normalised(network: Network, pixels: Any) -> Any:
    """Return the network's numbers for the expression ``pixels`` (3, rows, columns), 0 to 255.

    The expression is (1, 3, rows, columns).
    """
    told = network.preprocessing
    mean = np.array(told.mean, dtype=np.float32).reshape(3, 1, 1)
    numbers = (pixels - mean) / np.float32(told.scale)
    return (numbers[::-1] if told.bgr else numbers).dimshuffle("x", 0, 1, 2)


class Weights(NamedTuple):
    """How much each term counts, as float32."""

    content: Array
    """One number for each content layer."""
    style: Array
    """One number for each style layer."""
    rough: np.float32


def gram(features: Any) -> Any:
    """Return how often each two of ``features`` (channels, rows, columns) answer together.

    The expression is (channels, channels), the mean over all places: where a feature is no longer
    matters, only which features meet.
    """
    flat = features.flatten(2)
    return T.dot(flat, flat.T) / flat.shape[1].astype("float32")


def relative(difference: Any, target: Any) -> Any:
    """Return the squares of ``difference`` as a share of those of ``target``."""
    return T.sqr(difference).sum() / (T.sqr(target).sum() + np.float32(1e-8))


def roughness(pixels: Any) -> Any:
    """Return the mean square of the steps between neighbouring pixels (total variation), 255 counting as 1.

    After Mahendran and Vedaldi (2014), https://arxiv.org/abs/1412.0035, with β = 2.
    """
    down, right = pixels[:, 1:] - pixels[:, :-1], pixels[:, :, 1:] - pixels[:, :, :-1]
    return (T.sqr(down / 255).mean() + T.sqr(right / 255).mean()) / 2


def loss(
    picture: Any,
    features: Mapping[str, Any],
    photo: Mapping[str, Any],
    painting: Mapping[str, Any],
    weights: Weights,
) -> tuple[Any, Any, Any, Any]:
    """Return the weighted sum, and unweighted the content terms, the style terms and the roughness.

    All are expressions. ``picture`` is (3, rows, columns), 0 to 255, ``features`` are its features by layer,
    (channels, rows, columns). ``photo`` has the features to come close to, by content layer, ``painting`` the
    Gram matrices, by style layer. The content terms are a vector, and so are the style terms.
    """
    content = T.stack([relative(features[name] - photo[name], photo[name]) for name in photo])
    style = T.stack([relative(gram(features[name]) - painting[name], painting[name]) for name in painting])
    rough = roughness(picture)
    total = (content * weights.content).sum() + (style * weights.style).sum() + rough * weights.rough
    return total, content, style, rough


Gram = Callable[[Any], Any]
Loss = Callable[
    [Any, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], Weights], tuple[Any, Any, Any, Any]
]


class Losses:
    """The terms for one network, compiled once for pictures of every size.

    What to come close to and how much each term counts belong to the object, not to what was compiled:
    ``another`` makes a second painter that compiles nothing, and both may paint at the same time.
    """

    def __init__(
        self,
        network: Network,
        choice: Choice | None = None,
        *,
        average: bool = True,
        gram: Gram = gram,
        loss: Loss = loss,
    ) -> None:
        """Compile; ``choice`` names the layers, else it is the one in ``CHOICES``.

        ``gram`` and ``loss`` take and return expressions as this module's own do. Changes ``network``: see
        ``any_size`` and, unless ``average`` is false, ``average_pooling``. Raises
        WorkshopError when no choice is known.
        """
        choice = choice or CHOICES.get(network.name)
        if choice is None:
            raise WorkshopError(f"no layers were chosen for {network.title}; give Losses a Choice")
        any_size(network)
        if average:
            average_pooling(network)
        self.network, self.choice = network, choice
        self.gram, self.loss = gram, loss
        self.pixels = T.tensor3("pixels", dtype="float32")
        self.names = tuple(dict.fromkeys([*choice.style, *choice.content]))
        self.expressions = self._expressions(self.pixels)
        self.targets: dict[str, Array] = {
            **{f"content {name}": np.zeros((1, 1, 1, 1), np.float32) for name in choice.content},
            **{f"style {name}": np.zeros((1, 1), np.float32) for name in choice.style},
        }
        self.weights = Weights(
            content=np.ones(len(choice.content), np.float32),
            style=np.ones(len(choice.style), np.float32),
            rough=np.float32(0),
        )
        self._turn = threading.Lock()  # a compiled function holds its numbers while it works: one at a time
        self._compile()

    def another(self) -> Losses:
        """Return the same terms, with an aim and weights of their own; compiles nothing."""
        return copy.copy(self)

    def _expressions(self, pixels: Any) -> dict[str, Any]:
        layers = [self.network.layers[name] for name in self.names]
        found = L.get_output(
            layers, {self.network.layers["input"]: normalised(self.network, pixels)}, deterministic=True
        )
        return dict(zip(self.names, found, strict=True))

    def _compile(self) -> None:
        kinds = {4: T.ftensor4, 2: T.fmatrix}
        targets = {name: kinds[value.ndim](name) for name, value in self.targets.items()}
        weights = Weights(T.fvector("content"), T.fvector("style"), T.fscalar("rough"))
        features = {name: expression[0] for name, expression in self.expressions.items()}
        photo = {name: targets[f"content {name}"][0] for name in self.choice.content}
        painting = {name: targets[f"style {name}"] for name in self.choice.style}
        terms = self.loss(self.pixels, features, photo, painting, weights)
        # A learner's formula may come out as float64, by dividing by a whole number.
        loss, content, style, rough = (T.cast(each, "float32") for each in terms)
        self._loss = theano.function(
            [self.pixels, *targets.values(), *weights],
            [loss, T.grad(loss, self.pixels), content, style, rough],
        )
        self._grams = theano.function(
            [self.pixels], [T.cast(self.gram(features[name]), "float32") for name in self.choice.style]
        )
        self._features = theano.function(
            [self.pixels], [self.expressions[name] for name in self.choice.content]
        )

    def _evaluate(self, pixels: Array) -> list[Array]:
        """Return loss, gradient, content terms, style terms and roughness."""
        with self._turn:
            found: list[Array] = self._loss(pixels, *self.targets.values(), *self.weights)
        return found

    def __call__(self, pixels: Array) -> tuple[float, Array]:
        """Return the loss of ``pixels`` float32 (3, rows, columns) and its gradient, of the same shape."""
        loss, gradient, *_ = self._evaluate(pixels)
        return float(loss), gradient

    def parts(self, pixels: Array) -> dict[str, float]:
        """Return each term by its name, before it is weighted."""
        _, _, content, style, rough = self._evaluate(pixels)
        named = dict(
            zip([f"content {name}" for name in self.choice.content], map(float, content), strict=True)
        )
        named.update(zip([f"style {name}" for name in self.choice.style], map(float, style), strict=True))
        return {**named, "roughness": float(rough)}

    def grams(self, pixels: Array) -> dict[str, Array]:
        """Return the Gram matrices of a picture by style layer, float32 (channels, channels)."""
        with self._turn:
            found = self._grams(pixels)
        return dict(zip(self.choice.style, found, strict=True))

    def aim(self, content: Array, style: Array) -> None:
        """Set what to come close to: the content of one picture and the style of another.

        Both are float32 (3, rows, columns), 0 to 255, of any two sizes.
        """
        with self._turn:
            features = self._features(content)
        self.targets = {
            **{f"content {name}": value for name, value in zip(self.choice.content, features, strict=True)},
            **{f"style {name}": matrix for name, matrix in self.grams(style).items()},
        }

    def weigh(
        self,
        *,
        style: float | Sequence[float],
        content: int | None = None,
        content_weight: float = 1.0,
        rough: float = 0.0,
    ) -> None:
        """Set how much each term counts.

        ``style`` is one number for all layers together or one for each; ``content`` is the place of the
        content layer to use (0 is the finest), else they share ``content_weight`` evenly.
        """
        layers, own = len(self.choice.style), len(self.choice.content)
        each = np.full(layers, np.asarray(style) / layers) if np.ndim(style) == 0 else np.asarray(style)
        chosen = np.full(own, 1 / own) if content is None else np.eye(own)[content]
        self.weights = Weights(
            content=(content_weight * chosen).astype(np.float32),
            style=each.astype(np.float32),
            rough=np.float32(rough),
        )
