"""A network that sees a picture and says what is in it, word by word, as the lesson writes it out.

Convolutions make 7 × 7 places of a picture, each with ``c`` numbers (the *features*). A GRU says one word
after the other; before each, it asks the places a question and reads what answers (attention: Bahdanau and
others 2015, for pictures Xu and others 2015; the scalar product as Luong and others 2015 take it). The
functions return Theano's expressions; n is the number of pictures, u that of units, v that of words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import lasagne
import lasagne.layers as L  # noqa: N812 - as Lasagne's own examples write it
import numpy as np
import numpy.typing as npt
import theano
import theano.tensor as T  # noqa: N812 - as Theano's own examples write it

from workshop.teach.captions import scenes

Array = npt.NDArray[Any]
Expression = Any
"""A Theano expression."""
Weights = dict[str, Any]
"""Theano's shared variables by name."""

FILTERS = (24, 32, 48, 64)
UNITS = 128
PLACES = 49
INK = np.float32(4)
CLIP = 2.0
"""The norm of all gradients together is cut down to this (Pascanu and others, 2013)."""


def eyes(images: Expression, filters: Sequence[int] = FILTERS) -> Any:
    """Return the last of four layers of convolutions over ``images`` (n, 1, 56, 56): (n, c, 7, 7).

    Most of a picture is paper, 0: times ``INK``, the pixels have a mean square of about 1, as He's noise
    expects.
    """
    he = lasagne.init.HeNormal(gain="relu")
    layer = L.InputLayer((None, 1, scenes.SIDE, scenes.SIDE), INK * images)
    layer = L.Conv2DLayer(layer, filters[0], 5, stride=2, pad=2, W=he)
    layer = L.MaxPool2DLayer(L.Conv2DLayer(layer, filters[1], 3, pad="same", W=he), 2)
    layer = L.MaxPool2DLayer(L.Conv2DLayer(layer, filters[2], 3, pad="same", W=he), 2)
    return L.Conv2DLayer(layer, filters[3], 3, pad="same", W=he)


def starting_weights(
    channels: int, words: int, units: int = UNITS, rng: np.random.Generator | None = None
) -> Weights:
    """Return new weights of what speaks, for features of ``channels`` numbers and as many ``words``."""
    dice = np.random.default_rng(1) if rng is None else rng

    def noise(rows: int, columns: int, size: float = 0.0) -> Any:
        values = dice.standard_normal((rows, columns)) * (size or rows**-0.5)
        return theano.shared(values.astype(np.float32))

    return {
        "places": noise(PLACES, channels, 0.3),  # added to what is seen there: where it is
        "first": noise(channels, units),  # from the mean of the places to the first state
        "words": noise(words, 3 * units, 0.3),  # what the last word tells the three gates
        "seen": noise(channels, 3 * units),  # … and what was read in the picture
        "recurrent": noise(units, 3 * units),  # … and what is remembered
        "query": noise(units, channels, 0.03),  # small: at first it looks everywhere
        "say": noise(units, words, 0.1),
        "show": noise(channels, words, 0.1),
        "bias": theano.shared(np.zeros(words, np.float32)),
    }


def places_of(seen: Expression, weights: Weights) -> Expression:
    """Make features (n, 49, c) of what convolutions say (n, c, 7, 7), or take (n, 49, c) as they are."""
    features = seen.flatten(3).dimshuffle(0, 2, 1) if seen.ndim == 4 else seen
    return features + weights["places"]


def read_out(features: Expression, query: Expression, softmax: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Let ``query`` (n, c) read in features (n, 49, c): return what is read (n, c), shares (n, 49)."""
    shares = softmax((features * query[:, None, :]).sum(axis=2))
    return (shares[:, :, None] * features).sum(axis=1), shares


def mean_read_out(features: Expression, query: Expression, softmax: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Read the mean of all places, whatever is asked: attention taken away."""
    shares = T.ones_like(features[:, :, 0]) / np.float32(PLACES)
    return features.mean(axis=1), shares


def step(
    told: Expression,
    state: Expression,
    features: Expression,
    weights: Weights,
    look: Callable[..., Any] = read_out,
) -> tuple[Any, Any, Any]:
    """Take one step of the GRU (Cho and others, 2014) with attention.

    ``told`` (n, 3u) is what the last word says to the three gates. Return the next state (n, u), what was
    read (n, c), and the shares (n, 49).
    """
    read, shares = look(features, T.dot(state, weights["query"]), T.nnet.softmax)
    told = told + T.dot(read, weights["seen"])
    heard = T.dot(state, weights["recurrent"])
    units = state.shape[1]
    reset = T.nnet.sigmoid(told[:, :units] + heard[:, :units])
    update = T.nnet.sigmoid(told[:, units : 2 * units] + heard[:, units : 2 * units])
    new = T.tanh(told[:, 2 * units :] + reset * heard[:, 2 * units :])
    return new + update * (state - new), read, shares


def scores_of(state: Expression, read: Expression, weights: Weights) -> Expression:
    """Return the scores of the next word, (…, v), from the state (…, u) and what was read (…, c)."""
    return T.dot(state, weights["say"]) + T.dot(read, weights["show"]) + weights["bias"]


def first_state(features: Expression, weights: Weights) -> Expression:
    """Return the state (n, u) before the first word: made of the mean of all places."""
    return T.tanh(T.dot(features.mean(axis=1), weights["first"]))


def nats_a_word(features: Expression, words: Expression, mask: Expression, weights: Weights) -> Expression:
    """Return the mean cross-entropy of ``words`` (n, w) by ``mask``, each told after the right ones."""
    start = T.zeros_like(words[:, :1]) + scenes.NUMBER[scenes.START]
    before = T.concatenate([start, words[:, :-1]], axis=1)
    (states, reads), _ = theano.scan(
        lambda told, state, seen: step(told, state, seen, weights)[:2],
        sequences=weights["words"][before.T],
        outputs_info=[first_state(features, weights), None],
        non_sequences=features,
    )
    scores = scores_of(states, reads, weights)
    chances = T.nnet.softmax(scores.reshape((-1, scores.shape[2])))
    nats = T.nnet.categorical_crossentropy(chances, words.T.flatten())
    return (nats * mask.T.flatten()).sum() / mask.sum()


class Captioner:
    """Eyes and speech together: learns from scenes, and says what it sees."""

    def __init__(self, filters: Sequence[int] = FILTERS, units: int = UNITS, seed: int = 1) -> None:
        """Begin with random weights that depend on ``seed`` alone."""
        lasagne.random.set_rng(np.random.RandomState(seed))
        images, words, mask = T.tensor4("images"), T.imatrix("words"), T.matrix("mask")
        rate = T.scalar("rate")
        layer = eyes(images, filters)
        self.weights = starting_weights(filters[-1], len(scenes.WORDS), units, np.random.default_rng(seed))
        self.all = [*L.get_all_params(layer), *self.weights.values()]
        features = places_of(L.get_output(layer), self.weights)
        loss = nats_a_word(features, words, mask, self.weights)
        slopes = lasagne.updates.total_norm_constraint(T.grad(loss, self.all), CLIP)
        self._learn = theano.function(
            [images, words, mask, rate], loss, updates=lasagne.updates.adam(slopes, self.all, rate)
        )
        self.memory = self._learn.get_shared()
        """Everything that a pause has to keep: the weights, and what Adam remembers of them."""
        self._see = theano.function([images], [features, first_state(features, self.weights)])
        self._say = self._speaker(read_out)
        self._without: Callable[..., Any] | None = None

    def _speaker(self, look: Callable[..., Any]) -> Callable[..., Any]:
        """Compile one step: (words, state, features) → next state, scores, shares."""
        word, state, features = T.ivector("word"), T.matrix("state"), T.tensor3("features")
        after, read, shares = step(self.weights["words"][word], state, features, self.weights, look)
        outputs = [after, scores_of(after, read, self.weights), shares]
        compiled: Callable[..., Any] = theano.function([word, state, features], outputs)
        return compiled

    def learn(self, batch: scenes.Batch, rate: float) -> float:
        """Take one step of Adam on a batch of scenes; return its nats a word."""
        return float(self._learn(batch.images, batch.words, batch.mask, np.float32(rate)))

    def tell(self, images: Array, *, attention: bool = True) -> tuple[list[list[str]], Array]:
        """Say what is in ``images`` (n, 1, 56, 56), the likeliest word each time, with or without attention.

        Return the sentences, and where it looked for each word, (n, 11, 49).
        """
        if not attention and self._without is None:
            self._without = self._speaker(mean_read_out)
        say, told, looks = self._say if attention else self._without, [], []
        for some in np.array_split(images, max(1, len(images) // 100)):
            features, state = self._see(some)
            words = np.full(len(some), scenes.NUMBER[scenes.START], np.int32)
            spoken, shares = [], []
            for _ in range(scenes.LONGEST):
                state, scores, where = say(words, state, features)  # type: ignore[misc]
                words = scores.argmax(axis=1).astype(np.int32)
                spoken.append(words)
                shares.append(where)
            told += [scenes.sentence(row) for row in np.array(spoken).T]
            looks.append(np.stack(shares, axis=1))
        return told, np.concatenate(looks)

    def values(self) -> list[Array]:
        """Return all weights: those of the eyes, then those of the speech."""
        return [each.get_value() for each in self.all]

    def take(self, values: Sequence[Array]) -> None:
        """Take over weights that ``values`` returned."""
        for own, value in zip(self.all, values, strict=True):
            own.set_value(value)
