"""What *Training craft* needs besides PyTorch: planted faults, small trainings for its checks, and pictures.

A setup is the class ``Setup`` that the lesson writes: ``known`` and ``held`` (images, labels), ``network``,
``optimiser``, ``batch(rows)`` and ``step(images, labels)``. A fault is planted in a setup that is sound, and
changes nothing else. Nothing here finds one: the lesson's tests do.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - as PyTorch's own examples write it
from matplotlib.figure import Figure
from torch import nn

Setup = Any  # the lesson's own class
Tensor = Any  # the environment that checks types has no PyTorch
Curve = Sequence[tuple[float, float, float]]
"""Training loss, held-out loss and held-out error after each epoch."""


def _stepping(setup: Setup, step: Callable[[Setup, Tensor, Tensor], float]) -> None:
    """Give a setup, and its copies, another step."""
    kind = type(setup)
    setup.__class__ = type(kind.__name__, (kind,), {"step": step, "__module__": kind.__module__})


def _no_zero_grad(setup: Setup) -> None:
    def step(self: Setup, images: Tensor, labels: Tensor) -> float:
        loss = F.cross_entropy(self.network(images), labels)
        loss.backward()
        self.optimiser.step()
        return float(loss.item())

    _stepping(setup, step)


def _softmax_twice(setup: Setup) -> None:
    def step(self: Setup, images: Tensor, labels: Tensor) -> float:
        self.optimiser.zero_grad()
        loss = F.cross_entropy(self.network(images).softmax(dim=1), labels)
        loss.backward()
        self.optimiser.step()
        return float(loss.item())

    _stepping(setup, step)


def _erased(setup: Setup) -> None:
    def step(self: Setup, images: Tensor, labels: Tensor) -> float:
        loss = F.cross_entropy(self.network(images), labels)
        loss.backward()
        self.optimiser.zero_grad()
        self.optimiser.step()
        return float(loss.item())

    _stepping(setup, step)


def _frozen(setup: Setup) -> None:
    next(setup.network.parameters()).requires_grad_(False)


def _shuffled(setup: Setup) -> None:
    images, labels = setup.known
    setup.known = images, labels[torch.randperm(len(labels))]


def _off_by_one(setup: Setup) -> None:
    images, labels = setup.known
    setup.known = images, (labels + 1) % (int(labels.max()) + 1)


def _leaking(setup: Setup) -> None:
    """Half of the held-out images stand among those that are learned."""
    half = len(setup.held[0]) // 2
    setup.known = tuple(
        torch.cat([own[: len(own) - half], other[:half]])
        for own, other in zip(setup.known, setup.held, strict=True)
    )
    order = torch.randperm(len(setup.known[0]))
    setup.known = tuple(each[order] for each in setup.known)


def _scaled(factor: float, *, known: bool = True, held: bool = True) -> Callable[[Setup], None]:
    def plant(setup: Setup) -> None:
        if known:
            setup.known = setup.known[0] * factor, setup.known[1]
        if held:
            setup.held = setup.held[0] * factor, setup.held[1]

    return plant


def _weights(factor: float, *, last: bool) -> Callable[[Setup], None]:
    def plant(setup: Setup) -> None:
        weights = list(setup.network.parameters())
        with torch.no_grad():
            for each in weights[-2:] if last else weights:
                each *= factor

    return plant


def _rate(rate: float) -> Callable[[Setup], None]:
    def plant(setup: Setup) -> None:
        setup.optimiser.param_groups[0]["lr"] = rate

    return plant


SHOWN: dict[str, tuple[str, Callable[[Setup], None]]] = {
    "zero_grad() is forgotten": ("step", _no_zero_grad),
    "the labels are shuffled": ("labels", _shuffled),
    "held-out images leak into training": ("leak", _leaking),
    "pixels from 0 to 255": ("inputs", _scaled(255)),
}
"""The faults of the four cases: by their name the box of the flow chart, and what plants them."""
OTHERS: dict[str, tuple[str, Callable[[Setup], None]]] = {
    "softmax twice": ("step", _softmax_twice),
    "zero_grad() between backward() and step()": ("step", _erased),
    "the first layer is frozen": ("step", _frozen),
    "every label is one too large": ("labels", _off_by_one),
    "divided by 255 twice": ("inputs", _scaled(1 / 255)),
    "only the held-out images from 0 to 255": ("held-out inputs", _scaled(255, known=False)),
    "a last layer that is far too large": ("first loss", _weights(300, last=True)),
    "all weights are 0": ("one batch", _weights(0, last=False)),
    "a rate that is far too small": ("one batch", _rate(1e-3)),
    "a rate that is far too large": ("one batch", _rate(300)),
}
"""Faults that no case of the lesson shows, for its checks."""


def planted(setup: Setup, fault: str, seed: int) -> Setup:
    """Return a copy of a sound setup with one fault."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        broken = setup.copy()
        (SHOWN | OTHERS)[fault][1](broken)
    return broken


def cases(sound: Setup, seed: int) -> tuple[dict[str, Setup], dict[str, str]]:
    """Return four broken trainings by letter, in an order that depends on the seed; and what is wrong."""
    faults = list(SHOWN)
    random.Random(seed).shuffle(faults)
    truth = dict(zip("ABCD", faults, strict=True))
    return {letter: planted(sound, fault, seed) for letter, fault in truth.items()}, truth


def small(make: Callable[..., Setup], seed: int, fault: str = "") -> Setup:
    """Return a training that takes milliseconds: clusters of 3 to 6 classes, as images of 4 × 4 pixels.

    ``make`` is the lesson's ``Setup``; each seed has other classes, data, weights and another rate.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        classes = 3 + seed % 4
        centres = torch.rand(classes, 1, 4, 4)
        labels = torch.arange(900) % classes
        labels = labels[torch.randperm(900)]
        images = (centres[labels] + 0.2 * torch.randn(900, 1, 4, 4)).clamp(0, 1)
        network = nn.Sequential(nn.Flatten(), nn.Linear(16, 128), nn.ReLU(), nn.Linear(128, classes))
        nn.init.normal_(network[1].weight, std=0.5)
        nn.init.normal_(network[3].weight, std=0.05)
        rate = 0.3 + 0.1 * (seed % 3)
        setup = make((images[:500], labels[:500]), (images[500:], labels[500:]), network, rate)
    return planted(setup, fault, seed) if fault else setup


def in_small(make: Callable[..., Setup], fault: str = "") -> Callable[..., Callable[[int], Any]]:
    """Return what makes a function of a setup one of a seed, as ``right.also_for`` calls it."""

    def made(function: Callable[..., Any]) -> Callable[[int], Any]:
        return lambda seed, *more: function(small(make, seed, fault), *more)

    return made


def weights_of(setup: Setup) -> list[float]:
    """Return all weights of a setup's network as numbers, to see whether they were changed."""
    return [float(value) for each in setup.network.parameters() for value in each.detach().flatten()]


def curves(histories: Mapping[str, Curve]) -> Figure:
    """Draw the training loss and the held-out loss of several trainings, side by side."""
    figure, row = plt.subplots(
        1, len(histories), figsize=(2.6 * len(histories), 2.5), squeeze=False, sharey=True,
        layout="constrained",
    )  # fmt: skip
    for axes, (title, curve) in zip(row.flat, histories.items(), strict=True):
        known, held, errors = np.clip(np.array(curve, dtype=float).T, 1e-3, 1e3)
        epochs = range(1, len(curve) + 1)
        axes.axhline(math.log(10), color="gray", linestyle=":", linewidth=1)
        axes.plot(epochs, known, color="tab:blue", label="training loss")
        axes.plot(epochs, held, color="tab:orange", label="held-out loss")
        axes.set(title=f"{title}: {errors[-1]:.1%} held-out errors", xlabel="epoch", yscale="log")
        axes.title.set_fontsize(9)
        axes.yaxis.set_major_formatter("{x:g}")
    row[0, 0].legend(fontsize=8)
    row[0, 0].set_ylabel("loss (dotted: ln 10)")
    plt.close(figure)
    return figure


def layers(spreads: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Figure:
    """Draw the spread of activations and of gradients, layer by layer, for several initialisations."""
    figure, pair = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
    for axes, title, part in zip(pair, ("activations", "gradients of the loss"), (0, 1), strict=True):
        for name, both in spreads.items():
            axes.plot(range(1, len(both[part]) + 1), both[part], "o-", markersize=3, label=name)
        axes.set(title=title, xlabel="layer", yscale="log")
    pair[0].set_ylabel("standard deviation")
    pair[1].legend(fontsize=8, title="weights")
    plt.close(figure)
    return figure


def rates(tried: Sequence[float], losses: Sequence[float], chosen: float) -> Figure:
    """Draw a learning-rate range test."""
    figure, axes = plt.subplots(figsize=(6, 2.6), layout="constrained")
    axes.plot(tried, np.clip(losses, 0, 6), color="tab:blue")
    axes.axvline(chosen, color="tab:green", linestyle="--", label=f"chosen: {chosen:.2g}")
    axes.set(xscale="log", xlabel="learning rate", ylabel="loss of the batch (averaged)", ylim=(0, 6))
    axes.legend()
    plt.close(figure)
    return figure


QUESTIONS = {
    "inputs": ("Is the spread of the pixels as expected?", "scale, normalisation"),
    "held-out inputs": ("Are held-out pixels on the same scale?", "prepared differently"),
    "first loss": ("Is first loss ÷ ln(classes) about 1?", "initialisation, loss function"),
    "step": ("Does the step follow this batch's gradient?", "zero_grad, softmax twice, frozen layers"),
    "one batch": ("Can it memorise one batch?", "learning rate, size, dead units"),
    "labels": ("Do nearest neighbours have the same label?", "shuffled or shifted labels"),
    "leak": ("Is no held-out image in the training set?", "the split"),
}
"""The boxes of the flow chart from top to bottom: the question, and where to look if the answer is no."""


def flow_chart(limits: Mapping[str, tuple[float, float]]) -> Figure:
    """Draw the flow chart; each question stands with the limits between which the answer is yes."""
    figure, axes = plt.subplots(figsize=(9, 5.4), layout="constrained")
    box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "tab:blue"}
    out = {"boxstyle": "round,pad=0.4", "facecolor": "#fdebd0", "edgecolor": "tab:orange"}
    for place, (name, (question, suspects)) in enumerate(QUESTIONS.items()):
        lowest, highest = limits[name]
        words = f"{question}\n{lowest:g} to {highest:g}"
        axes.text(0.27, -place, words, ha="center", va="center", fontsize=9, bbox=box)
        axes.text(0.62, -place, f"{name}: {suspects}", va="center", fontsize=9, bbox=out)
        axes.annotate("", (0.6, -place), (0.47, -place), arrowprops={"arrowstyle": "->"})
        axes.text(0.53, -place + 0.12, "no", ha="center", fontsize=8)
        axes.annotate("", (0.27, -place - 0.68), (0.27, -place - 0.32), arrowprops={"arrowstyle": "->"})
        axes.text(0.285, -place - 0.56, "yes", fontsize=8)
    end = -len(QUESTIONS)
    axes.text(0.27, end, "sound: now regularise", ha="center", va="center", fontsize=9, bbox=box)
    axes.set(xlim=(0, 1.05), ylim=(end - 0.4, 0.5))
    axes.axis("off")
    plt.close(figure)
    return figure
