"""The training loop of the lessons: epochs of small batches, with progress and a live loss curve.

It is the loop that the dense-network lesson writes out first, and nothing is hidden in it: the
caller brings the compiled function that makes one step, and gets every loss back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach.batches import Schedule, batches
from workshop.teach.live import LiveCurve

Step = Callable[[npt.NDArray[Any], npt.NDArray[Any], np.float32], Any]
"""One step of learning: (inputs, labels, learning rate) → loss. A compiled Theano function is one."""


@dataclass
class History:
    """What happened while a network was trained."""

    losses: list[float] = field(default_factory=list)
    """The training loss of each step."""
    errors: list[float] = field(default_factory=list)
    """The share of wrong answers on the test pictures after each epoch, 0 to 1."""
    seconds: float = 0.0
    """How long it took by the clock."""
    cpu_seconds: float = 0.0
    """How long the processor worked for it, over all threads."""


def train(
    step: Step,
    inputs: npt.NDArray[Any],
    labels: npt.NDArray[Any],
    *,
    epochs: int,
    size: int,
    rate: Schedule,
    seed: int = 1,
    test_error: Callable[[], float] | None = None,
    title: str = "training",
) -> History:
    """Call ``step`` for each batch of ``size`` rows, ``epochs`` times through ``inputs`` and ``labels``.

    ``test_error`` is asked after each epoch. The order of the rows depends on ``seed`` alone.
    Interrupting the kernel ends the training early and keeps what was learnt so far.
    """
    history, curve = History(), LiveCurve(title)
    clock, work = time.perf_counter(), time.process_time()
    try:
        _run(step, inputs, labels, epochs, size, rate, seed, test_error, history, curve)
    except KeyboardInterrupt:
        print("interrupted: the network keeps what it has learnt so far")
    history.seconds = time.perf_counter() - clock
    history.cpu_seconds = time.process_time() - work
    return history


def _run(
    step: Step,
    inputs: npt.NDArray[Any],
    labels: npt.NDArray[Any],
    epochs: int,
    size: int,
    rate: Schedule,
    seed: int,
    test_error: Callable[[], float] | None,
    history: History,
    curve: LiveCurve,
) -> None:
    """Go through all epochs, filling ``history`` and feeding ``curve``."""
    rng = np.random.default_rng(seed)
    steps = epochs * -(-len(inputs) // size)
    for _ in range(epochs):
        for x, y in batches(inputs, labels, size=size, rng=rng):
            speed = np.float32(rate(len(history.losses), steps))
            history.losses.append(float(step(x, y, speed)))
            curve.update(len(history.losses) / steps, history.losses, history.errors)
        if test_error is not None:
            history.errors.append(float(test_error()))
    curve.update(1.0, history.losses, history.errors, final=True)
