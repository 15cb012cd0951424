"""Trains the value networks that come with the package.

usage: python -m bubblebreaker.value.train samegame|samegame-plain|bubblebreaker --state FILE [--minutes M]
       [--seed N] [--out FILE]

``samegame`` goes on from the network of ``samegame-plain``, which is told less and comes with the package
too. Training ends after the rounds of its plan. ``--minutes`` ends this run earlier and leaves everything in
``--state``, from where the next run goes on as if nothing had been: the result depends on plan and seed
alone. ``--out`` names the checkpoint that is written at the end, as float16.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bubblebreaker.rules import PRESETS, Rules
from bubblebreaker.value import ahead, files
from bubblebreaker.value.experience import Nothing, Players, random_boards, sample
from bubblebreaker.value.features import names
from bubblebreaker.value.network import ValueNetwork
from bubblebreaker.value.replay import PrioritisedReplay, Replay
from bubblebreaker.value.trained import Trained


@dataclass(frozen=True)
class Plan:
    """How a network is trained: ``rounds`` times ``steps`` moves of ``players`` games, then learning.

    ``passes``: how often each board is learnt from, on average. ``rate``: Adam's, which falls to a hundredth
    of it over the last part of the rounds, ``falling``. ``inertia``: of the weights' average, see
    ``network.ValueNetwork``. ``peeled``: whether the network is told of peels. ``begin``: the checkpoint of
    one that was told of none, to go on from.
    """

    rules: Rules
    rounds: int
    players: int = 256
    steps: int = 16
    memory: int = 100_000
    batch: int = 256
    passes: float = 6
    rate: float = 1e-3
    fade: float = 0.6
    discount: float = 1.0
    explore: float = 0.05
    hidden: tuple[int, ...] = (64, 32)
    unit: float = 500.0
    prioritised: bool = False
    inertia: float = 0.0
    peeled: bool = False
    falling: float = 2 / 3
    begin: Path | None = None

    def rate_at(self, number: int) -> float:
        """Return the learning rate of the round of this number."""
        return self.rate * min(1.0, max(0.01, (1 - number / self.rounds) / self.falling))


PLANS = {
    "samegame-plain": Plan(
        PRESETS["samegame"],
        rounds=200,
        players=512,
        memory=250_000,
        batch=512,
        passes=3,
        explore=0.03,
        hidden=(128, 64),
    ),
    "samegame": Plan(
        PRESETS["samegame"],
        rounds=162,
        players=128,
        steps=61,
        batch=512,
        passes=8,
        rate=4e-4,
        explore=0.01,
        hidden=(192, 64),
        inertia=0.998,
        peeled=True,
        falling=1 / 3,
        begin=files.SHIPPED / "value-samegame-plain.npz",
    ),
    "bubblebreaker": Plan(PRESETS["bubblebreaker"], rounds=200, explore=0.02),
}


class Training:
    """One training, which can be broken off after any round and gone on with later."""

    def __init__(self, plan: Plan, seed: int) -> None:
        """Begin with a network that knows nothing, or what the one of ``plan.begin`` knew."""
        self.plan = plan
        told = sample(plan.rules, Nothing(plan.peeled), seed)
        mean, scale, unit = told.mean(0), told.std(0) + 0.01, plan.unit
        arrays, _ = files.load(plan.begin) if plan.begin else ([], {})
        labels = names(plan.rules.colours, peeled=plan.peeled)
        places = np.array([labels.index(name) for name in names(plan.rules.colours)])
        if arrays:
            mean[places], scale[places], unit = arrays[0], arrays[1], float(arrays[2])
        self.network = ValueNetwork(mean, scale, unit, plan.hidden, seed, plan.inertia)
        if arrays:
            self.network.widen(arrays, places)
        self.players = Players(plan.rules, plan.players, seed, plan.explore)
        kind = PrioritisedReplay if plan.prioritised else Replay
        self.memory = kind(plan.memory, told.shape[1])
        self.rng = np.random.default_rng(seed)
        self.number = 0
        self.scores: deque[int] = deque(maxlen=400)
        self.losses: list[float] = []
        self.cpu_seconds = 0.0

    @property
    def done(self) -> bool:
        """Whether the last round of the plan was learnt from."""
        return self.number >= self.plan.rounds

    def round(self) -> None:
        """Play, remember, learn."""
        plan, begun = self.plan, time.process_time()
        seen = self.players.gather(self.network, plan.steps, fade=plan.fade, discount=plan.discount)
        self.memory.add(seen.told, seen.targets)
        self.scores.extend(seen.scores)
        steps = round(plan.passes * len(seen.told) / plan.batch)
        self.losses.append(float(np.mean([self._learn() for _ in range(steps)])))
        self.number += 1
        self.cpu_seconds += time.process_time() - begun

    def _learn(self) -> float:
        batch = self.memory.draw(self.plan.batch, self.rng)
        rate = self.plan.rate_at(self.number)
        loss, errors = self.network.learn(batch.told, batch.targets, batch.weights, rate)
        self.memory.note(batch.places, errors)
        return loss

    def save(self, path: Path) -> None:
        """Write all there is to go on from."""
        players = self.players
        facts = {
            "number": self.number,
            "scores": list(self.scores),
            "rng": [players.rng.bit_generator.state, self.rng.bit_generator.state],
            "memory": self.memory.position,
            "cpu_seconds": self.cpu_seconds,
        }
        arrays: files.Arrays = [players.boards, players.dice, players.scores]
        files.write(path, [*arrays, *self.memory.arrays, *self.network.state], facts)

    def resume(self, path: Path) -> None:
        """Go on from what ``save`` wrote for the same plan."""
        arrays, facts = files.load(path)
        self.players.boards, self.players.dice, self.players.scores = arrays[:3]
        count = len(self.memory.arrays)
        self.memory.arrays = arrays[3 : 3 + count]
        self.memory.position = facts["memory"]
        self.network.state = arrays[3 + count :]
        self.number, self.scores = facts["number"], deque(facts["scores"], maxlen=400)
        self.cpu_seconds = facts["cpu_seconds"]
        self.players.rng.bit_generator.state, self.rng.bit_generator.state = facts["rng"]


def judge(rules: Rules, values: ahead.Values, games: int = 400, seed: int = 2016) -> dict[str, Any]:
    """Play random boards that no training saw; return mean score, half of its 95 % interval, and games."""
    boards, dice = random_boards(rules, games, seed)
    points, _ = ahead.play(rules, boards, dice, values)
    half = 1.96 * points.std(ddof=1) / np.sqrt(games)
    return {"score": round(float(points.mean()), 1), "interval": round(float(half), 1), "games": games}


def run(training: Training, minutes: float, tell: Callable[[str], None]) -> None:
    """Go on for some minutes, or to the end."""
    begun = time.monotonic()
    while not training.done and time.monotonic() - begun < 60 * minutes:
        training.round()
        if training.number % 10 == 0:
            tell(
                f"round {training.number} of {training.plan.rounds}: "
                f"score {np.mean(training.scores):.0f}, loss {np.mean(training.losses[-10:]):.4f}"
            )


def main(arguments: list[str] | None = None) -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("game", choices=PLANS)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args(arguments)
    training = Training(PLANS[told.game], told.seed)
    if told.state.exists():
        training.resume(told.state)
    run(training, told.minutes, lambda line: print(line, file=sys.stderr, flush=True))
    training.save(told.state)
    facts = {"rounds": training.number, "seed": told.seed, "cpu_seconds": round(training.cpu_seconds)}
    if training.done:
        arrays = files.halved(training.network.arrays)
        facts |= judge(training.plan.rules, Trained(arrays))
        if told.out:
            files.write(told.out, arrays, facts)
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
