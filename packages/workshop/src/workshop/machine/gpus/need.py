"""How much of a card's memory the training of a network takes.

Five things live there: the weights, a gradient for each of them, in 16 bits a copy of the weights in 32,
what the optimiser remembers about each of them, and the activations: what every layer has answered, kept
until the gradients are computed from it. All but the last depend on the network alone, the last grows with
the batch. The estimate leaves out the workspace of convolutions and what a framework itself takes: count on
a tenth to a fifth more.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

GB = 1e9
OPTIMISERS = {"SGD": 0, "momentum": 1, "Adam": 2}
"""How many numbers each one remembers for every weight."""
PRECISIONS = ("32 bits", "16 bits")


@dataclass(frozen=True)
class Network:
    """A network as far as memory is concerned."""

    name: str
    parameters: int
    activations: int
    """The numbers that are kept for each example until its gradients are known."""


@dataclass(frozen=True)
class Need:
    """What training takes, in bytes."""

    weights: float
    gradients: float
    copy: float
    """Of the weights in 32 bits: in 16 bits alone small changes would be rounded away."""
    optimiser: float
    activations: float

    @property
    def total(self) -> float:
        """All of it, in bytes."""
        return self.weights + self.gradients + self.copy + self.optimiser + self.activations


def need(network: Network, batch: int, optimiser: str = "Adam", precision: str = "32 bits") -> Need:
    """Return what a step of training keeps in memory.

    batch: examples a step. optimiser: one of OPTIMISERS. precision: one of PRECISIONS. In 16 bits
    weights, gradients and activations take half, but a copy of the weights in 32 bits is kept
    besides, as Micikevicius et al., "Mixed Precision Training" (2018), propose.
    Raises KeyError or ValueError for an unknown optimiser or precision.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"unknown precision {precision!r}")
    width = 4 if precision == "32 bits" else 2
    return Need(
        weights=width * network.parameters,
        gradients=width * network.parameters,
        copy=0 if precision == "32 bits" else 4 * network.parameters,
        optimiser=4 * OPTIMISERS[optimiser] * network.parameters,
        activations=width * network.activations * batch,
    )


def dense(name: str, sizes: tuple[int, ...]) -> Network:
    """Return a dense network: its inputs, its hidden layers, its outputs."""
    pairs = itertools.pairwise(sizes)
    return Network(name, sum((inputs + 1) * outputs for inputs, outputs in pairs), sum(sizes))


def residual_50() -> Network:
    """Return ResNet-50 for pictures of 224 by 224 (He et al., "Deep Residual Learning", 2015, table 1).

    Each convolution's answer is kept twice: before and after its normalisation.
    """
    weights, answers = 7 * 7 * 3 * 64, 64 * 112**2
    channels = 64
    for blocks, width, side in ((3, 64, 56), (4, 128, 28), (6, 256, 14), (3, 512, 7)):
        weights += channels * 4 * width  # the shortcut of the stage's first block
        answers += 4 * width * side**2
        for _ in range(blocks):
            weights += channels * width + 9 * width**2 + 4 * width**2
            answers += (width + width + 4 * width) * side**2
            channels = 4 * width
    return Network("ResNet-50", weights + 2049 * 1000, 2 * answers)


def transformer(name: str, layers: int, width: int, heads: int, length: int, words: int) -> Network:
    """Return a language model that reads ``length`` words at a time; one such text is an example.

    Activations after Korthikanti et al., "Reducing Activation Recomputation in Large Transformer
    Models" (2022), equation 1: length·width·(34 + 5·heads·length/width) bytes a layer in 16 bits.
    """
    parameters = 12 * layers * width**2 + (words + length) * width
    each = length * width * (34 + 5 * heads * length / width) / 2
    return Network(name, parameters, round(layers * each + length * words))


NETWORKS = (
    dense("MNIST, dense (lesson 1)", (784, 400, 400, 10)),
    residual_50(),
    transformer("language model, 0.1 billion (GPT-2)", 12, 768, 12, 1024, 50257),
    transformer("language model, 1.5 billion (GPT-2 XL)", 48, 1600, 25, 1024, 50257),
    transformer("language model, 7 billion", 32, 4096, 32, 2048, 32000),
)
