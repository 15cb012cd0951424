"""Training a network on one long text, with a live curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from workshop.teach.batches import Schedule
from workshop.teach.charmodel.alphabet import Ids
from workshop.teach.charmodel.streams import windows
from workshop.teach.training import Follower, History

if TYPE_CHECKING:
    from workshop.teach.charmodel.network import Network


def falling(peak: float, warm_up: float = 0.02, end: float = 0.01) -> Schedule:
    """Rise to ``peak`` within the share ``warm_up`` of all steps, then fall along a cosine to ``end`` of it.

    (Loshchilov and Hutter, 2017.)
    """

    def rate(step: int, steps: int) -> float:
        rising = warm_up * steps
        if step < rising:
            return peak * (step + 1) / (rising + 1)
        gone = (step - rising) / max(1.0, steps - 1 - rising)
        return float(peak * (end + (1 - end) * (1 + np.cos(np.pi * min(1.0, gone))) / 2))

    return rate


def train(
    network: Network,
    ids: Ids,
    *,
    batches: int,
    rows: int = 64,
    steps: int = 64,
    rate: Schedule | None = None,
    check: Callable[[], float] | None = None,
    checks: int = 10,
    forget: float = 0.0,
    seed: int = 1,
    title: str = "training",
) -> History:
    """Learn from ``batches`` windows of a text, reading it from the start again when it is through.

    The state is carried from window to window. But a share ``forget`` of the rows, drawn each time, begins a
    window without memory: else a network that keeps something for long never learns how to begin.

    ``check`` is asked ``checks`` times, evenly spaced, the last time at the end, for the nats on text that is
    not learnt from; they are the history's ``errors``. Each reading begins at another place, which depends on
    ``seed`` alone.
    """
    rate = falling(0.005) if rate is None else rate
    rng, dice, done = np.random.default_rng(seed), np.random.default_rng((seed, 1)), 0
    with Follower(title, batches, "nats on other text") as follower:
        while done < batches:
            state = None
            for batch in windows(ids, rows, steps, start=int(rng.integers(len(ids)))):
                if forget and state is not None:
                    state = state * (dice.random((rows, 1)) >= forget).astype(np.float32)
                loss, state = network.learn(batch, rate(done, batches), state)
                done += 1
                follower.step(float(loss))
                if check is not None and done * checks // batches > (done - 1) * checks // batches:
                    follower.epoch(check())
                if done == batches:
                    break
    return follower.history
