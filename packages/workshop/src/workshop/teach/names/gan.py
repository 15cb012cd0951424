"""The pieces of an adversarial game on names: letters that are chosen, and yet have a gradient.

A name is ``LENGTH`` places; at each, one of the signs of ``SIGNS`` stands, the last of which is "over".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import lasagne
import lasagne.layers as L  # noqa: N812 - as the lessons write it
import numpy as np
import numpy.typing as npt
import theano.gradient
import theano.tensor as T  # noqa: N812 - as Theano's own examples write it

from workshop.teach.names.romanise import ALPHABET

LENGTH = 16
"""Places of a name."""
SIGNS = ALPHABET + "_"
"""The signs in their order; the last says that the name is over."""

Expression = Any
"""A Theano expression."""


def gumbel(uniform: Expression) -> Expression:
    """Return Gumbel noise, −ln(−ln u), of numbers from 0 to 1.

    Whoever adds it to the logarithms of chances and takes the largest has drawn by these chances
    (Maddison and others, 2014, https://arxiv.org/abs/1411.0030).
    """
    safe = T.clip(uniform, 1e-6, 1 - 1e-6)
    return -T.log(-T.log(safe))


def hardest(soft: Expression) -> Expression:
    """Return 1 where ``soft`` is largest along the last axis, and 0 elsewhere."""
    return T.cast(T.eq(soft, soft.max(axis=-1, keepdims=True)), "float32")


def straight_through(soft: Expression) -> Expression:
    """Return the hard choice, with the gradient of the soft one.

    Forwards it is ``hardest(soft)``; backwards it is as if it were ``soft`` (Bengio and others, 2013,
    https://arxiv.org/abs/1308.3432; with Gumbel noise: Jang and others, 2016, https://arxiv.org/abs/1611.01144).
    """
    return soft + theano.gradient.disconnected_grad(hardest(soft) - soft)


def spread(shown: Expression) -> Expression:
    """Return one number a row, the same for all: how much the rows of ``shown`` (rows, units) differ.

    A discriminator that is told it sees at once when all fakes are alike (Karras and others, 2017,
    https://arxiv.org/abs/1710.10196, section 3).
    """
    deviation = T.sqrt(T.var(shown, axis=0) + 1e-8).mean()
    return T.ones((shown.shape[0], 1), dtype="float32") * deviation


def one_hot(names: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return names as float32 (names, LENGTH, signs); ValueError where one is longer than LENGTH."""
    chosen = np.full((len(names), LENGTH), len(SIGNS) - 1)
    for row, name in enumerate(names):
        if len(name) > LENGTH:
            raise ValueError(f"{name!r} has {len(name)} letters, at most {LENGTH}")
        chosen[row, : len(name)] = [SIGNS.index(letter) for letter in name]
    coded: npt.NDArray[np.float32] = np.eye(len(SIGNS), dtype=np.float32)[chosen]
    return coded


def read(choices: npt.NDArray[Any]) -> list[str]:
    """Return the names of choices (names, LENGTH, signs): all signs before the first "over"."""
    rows = ("".join(SIGNS[sign] for sign in row) for row in np.asarray(choices).argmax(axis=-1))
    return [row.partition(SIGNS[-1])[0] for row in rows]


# The players and their game ----------------------------------------------------------------------


class Game(NamedTuple):
    """Two players, compiled."""

    detect: Callable[..., Any]
    """(true names, noise, blur) → the detective's loss, one step of learning."""
    deceive: Callable[..., Any]
    """(noise, blur) → the forger's loss, one step of learning."""
    forge: Callable[..., Any]
    """noise → names, (rows, LENGTH, signs)."""


def forger(noise: int = 32, units: int = 256) -> Expression:
    """Return a network from noise to the scores of all signs at all places, as a Lasagne layer."""
    layer = L.InputLayer((None, noise))
    for _ in range(2):
        layer = L.DenseLayer(layer, units)
    return L.DenseLayer(layer, LENGTH * len(SIGNS), nonlinearity=None)


def detective(windows: int = 64, units: int = 128) -> tuple[Expression, Expression]:
    """Return a network that sees five letters at a time, then all: its verdict and the layer before."""
    leaky = lasagne.nonlinearities.LeakyRectify(0.2)
    layer = L.InputLayer((None, 1, LENGTH, len(SIGNS)))
    layer = L.Conv2DLayer(layer, windows, (5, len(SIGNS)), nonlinearity=leaky)
    layer = L.DenseLayer(layer, units, nonlinearity=leaky)
    return L.DenseLayer(layer, 1, nonlinearity=None), layer


def begin(updates: Mapping[Any, Any], weights: Sequence[Any], seed: int) -> None:
    """Begin a compiled game anew: weights as Lasagne's layers begin, all else in ``updates`` with 0.

    ``updates`` is by shared variable, as Lasagne's optimisers return it, and ``weights`` are those that are
    learnt; what else is in there the optimiser remembers. The beginning depends on ``seed`` alone.
    """
    lasagne.random.set_rng(np.random.RandomState(seed))
    glorot = lasagne.init.GlorotUniform()
    for own in updates:
        shape = own.get_value(borrow=True).shape
        drawn = any(own is weight for weight in weights) and len(shape) > 1
        own.set_value(glorot.sample(shape) if drawn else np.zeros(shape, np.float32))


def play(
    game: Game, true: npt.NDArray[np.float32], rounds: int, *, blur: float = 0.0, noise: int = 32,
    size: int = 64, looks: int = 30, seed: int = 1,
) -> tuple[npt.NDArray[np.float64], list[str]]:  # fmt: skip
    """Let both learn in turn for ``rounds`` rounds, ``size`` true and forged names each.

    Returns what was seen at about ``looks`` rounds, (round, detective's loss, forger's loss, different names
    among 500), and 500 names that were forged at the end.
    """
    rng = np.random.default_rng(seed)
    always = rng.standard_normal((500, noise)).astype(np.float32)
    curve = []
    for number in range(rounds):
        some = rng.standard_normal((size, noise)).astype(np.float32)
        shown = true[rng.integers(len(true), size=size)]
        losses = float(game.detect(shown, some, blur)), float(game.deceive(some, blur))
        if number % max(1, rounds // looks) == 0:
            curve.append((number, *losses, len(set(read(game.forge(always))))))
    return np.array(curve, dtype=np.float64), read(game.forge(always))
