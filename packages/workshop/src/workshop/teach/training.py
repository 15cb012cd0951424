"""The training loop of the lessons: epochs of small batches, with progress and a live loss curve.

It is the loop that the dense-network lesson writes out first, and nothing is hidden in it: the
caller brings the compiled function that makes one step, and gets every loss back. Libraries with a
loop of their own report to the same ``Follower``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach.batches import Schedule, batches
from workshop.teach.live import ERROR, LiveCurve

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


class Follower:
    """Follows a training of ``steps`` steps: keeps its history and shows it while it goes on.

    It is a context manager around the loop: it measures the time, draws the last curve, and takes an
    interrupt of the kernel as the wish to end early.
    """

    def __init__(self, title: str, steps: int, measure: str = ERROR) -> None:
        """Start with nothing learnt. ``measure``: what ``epoch`` notes, if no share of wrong answers."""
        self.history = History()
        self.steps = steps
        self._curve = LiveCurve(title, measure)
        self._clock = self._work = 0.0

    def step(self, loss: float) -> None:
        """Note the loss of one step."""
        self.history.losses.append(loss)
        self._show(len(self.history.losses) / self.steps)

    def epoch(self, error: float) -> None:
        """Note the share of wrong answers on the test pictures (0 to 1), or the other measure."""
        self.history.errors.append(error)

    def _show(self, share: float, *, final: bool = False) -> None:
        self._curve.update(share, self.history.losses, self.history.errors, final=final)

    def __enter__(self) -> Follower:
        """Start the clocks."""
        self._clock, self._work = time.perf_counter(), time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Stop the clocks; an interrupt ends here, every other exception goes on."""
        if kind is None:
            self._show(1.0, final=True)
        self.history.seconds = time.perf_counter() - self._clock
        self.history.cpu_seconds = time.process_time() - self._work
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        if interrupted:
            print("interrupted: the network keeps its current weights")
        return interrupted


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
    Interrupting the kernel ends the training early and keeps the current weights.
    """
    rng = np.random.default_rng(seed)
    steps = epochs * -(-len(inputs) // size)
    follower = Follower(title, steps)
    with follower:
        for _ in range(epochs):
            for x, y in batches(inputs, labels, size=size, rng=rng):
                speed = np.float32(rate(len(follower.history.losses), steps))
                follower.step(float(step(x, y, speed)))
            if test_error is not None:
                follower.epoch(float(test_error()))
    return follower.history
