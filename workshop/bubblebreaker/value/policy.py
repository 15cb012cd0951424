"""Trains a value network further by what counts in the end: the score of the games that it plays.

usage: python -m workshop.bubblebreaker.value.policy samegame --start FILE --state FILE [--minutes M]
       [--seed N] [--out FILE]

``train`` teaches a network what boards are worth. But a move is chosen by small differences between boards
that look much alike, and there its error counts. Here the network plays with dice: a move's chance is the
softmax of its points and the worth of the board after it, divided by a temperature. Proximal policy
optimisation (Schulman et al., 2017) changes the worth so that moves that turned out better than expected
get more likely. What to expect is said by a second network, the critic, which goes on learning as in
``train`` and is thrown away. Both begin with the network ``--start``. ``--minutes`` and ``--state`` as there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.bubblebreaker import engine
from workshop.bubblebreaker.cells import Ints, pack
from workshop.bubblebreaker.rules import PRESETS, Rules
from workshop.bubblebreaker.value.ahead import Values, look_ahead
from workshop.bubblebreaker.value.experience import random_boards
from workshop.bubblebreaker.value.features import Floats, describe
from workshop.bubblebreaker.value.network import PulledNetwork, ValueNetwork
from workshop.bubblebreaker.value.train import judge
from workshop.bubblebreaker.value.trained import Trained
from workshop.teach import checkpoints

Float64s = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Plan:
    """How a network is trained: ``rounds`` times ``steps`` moves of ``players`` games, then learning.

    ``temperature``: in points. ``passes``: how often each move is learnt from. ``clip``: how far a move's
    chance may change in a round. ``fade``: λ of the generalised advantage estimate (Schulman et al., 2016).
    ``rate``, ``critic_rate``: Adam's, which fall to a twentieth. ``batch``: moves in a step.
    """

    rules: Rules
    rounds: int
    players: int = 256
    steps: int = 16
    temperature: float = 5.0
    passes: int = 3
    batch: int = 512
    clip: float = 0.2
    fade: float = 0.9
    rate: float = 3e-4
    critic_rate: float = 3e-4
    least: float = 1e-3

    def faded(self, rate: float, number: int) -> float:
        """Return what is left of a learning rate in the round of this number."""
        return rate * max(0.05, 1 - number / self.rounds)


PLANS = {
    "samegame": Plan(
        PRESETS["samegame"], rounds=160, players=512, temperature=8.0, batch=1024, rate=5e-4, critic_rate=5e-4
    )
}


def softmax(totals: Float64s, starts: Ints) -> Float64s:
    """Return the chances of the moves of each board, ``totals[starts[i]:starts[i + 1]]``; none is empty."""
    counts, firsts = np.diff(starts), starts[:-1]
    powers = np.exp(totals - np.repeat(np.maximum.reduceat(totals, firsts), counts))
    chances: Float64s = powers / np.repeat(np.add.reduceat(powers, firsts), counts)
    return chances


class Moves(NamedTuple):
    """One move on each of n boards, drawn from m that were likely enough to be thought of."""

    told: Floats  # (m, width): of the boards after those m
    points: Float64s  # (m,): what they bring
    last: Bools  # (m,): whether the game ends with them
    starts: Ints  # (n + 1,): which of them belong to which board
    chosen: Ints  # (n,): which ones were made
    chances: Float64s  # (n,): how likely these were
    before: Floats  # (n, width): of the boards before
    gained: Float64s  # (n,): points of the moves made
    over: Bools  # (n,): whether the game ended

    def of(self, boards: Ints) -> Moves:
        """Return the moves on some of the boards alone."""
        counts = np.diff(self.starts)[boards]
        starts = np.concatenate([[0], np.cumsum(counts)])
        those = np.arange(starts[-1]) + np.repeat(self.starts[boards] - starts[:-1], counts)
        chosen = self.chosen[boards] - self.starts[boards] + starts[:-1]
        return Moves(
            self.told[those],
            self.points[those],
            self.last[those],
            starts,
            chosen,
            self.chances[boards],
            self.before[boards],
            self.gained[boards],
            self.over[boards],
        )


def joined(parts: Sequence[Moves]) -> Moves:
    """Return all parts' moves, one after the other."""
    shifts = np.cumsum([0, *(len(part.told) for part in parts)])
    starts = [part.starts[1:] + shift for part, shift in zip(parts, shifts, strict=False)]
    chosen = [part.chosen + shift for part, shift in zip(parts, shifts, strict=False)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    columns[3:5] = np.concatenate([[0], *starts]), np.concatenate(chosen)
    return Moves._make(columns)


class Players:
    """``count`` games side by side, played with dice; a game that ends makes room for a new one."""

    def __init__(self, plan: Plan, seed: int) -> None:
        """Throw the first boards. The games are so large that each has a move at first."""
        self.plan = plan
        self.rng = np.random.default_rng(seed)
        self.boards, self.dice = random_boards(plan.rules, plan.players, seed)
        self.scores = np.zeros(plan.players, np.int64)

    def move(self, actor: Values, scores: list[int]) -> Moves:
        """Make one move on each board; append the scores of the games that end."""
        rules, temperature = self.plan.rules, self.plan.temperature
        before = describe(self.boards, rules.colours)
        ahead = look_ahead(rules, self.boards, actor)
        starts = ahead.after.starts
        made = ahead.best(temperature * self.rng.gumbel(size=len(ahead.points)))
        chances = softmax((ahead.points + ahead.worth) / temperature, starts)
        kept = chances > self.plan.least
        kept[made] = True
        place = np.concatenate([[0], np.cumsum(kept)])
        gained, _, over = engine.step(pack(rules), self.boards, self.dice, ahead.after.actions[made])
        self.scores += gained
        scores += self.scores[over].tolist()
        self.scores[over] = 0
        engine.refresh(pack(rules), self.boards, self.dice, over)
        likely = ahead.told[kept], ahead.points[kept], ahead.last[kept], place[starts], place[made]
        return Moves(*likely, chances[made], before, gained.astype(np.float64), over)


def advantages(parts: Sequence[Moves], expected: Float64s, fade: float) -> Float64s:
    """Return by how much each move turned out better than expected, (steps, n).

    ``expected``: (steps + 1, n), what the critic expects before each move and after the last.
    """
    better = np.zeros_like(expected)
    for step in range(len(parts) - 1, -1, -1):
        goes_on = np.where(parts[step].over, 0.0, 1.0)
        surprise = parts[step].gained + goes_on * expected[step + 1] - expected[step]
        better[step] = surprise + fade * goes_on * better[step + 1]
    return better[:-1]


class Training:
    """One training, which can be broken off after any round and gone on with later."""

    def __init__(self, plan: Plan, start: Sequence[Floats], seed: int) -> None:
        """Begin with a network's ``arrays``."""
        self.plan = plan
        self.actor, self.critic = PulledNetwork.made_of(start), ValueNetwork.made_of(start)
        self.players = Players(plan, seed)
        self.rng = np.random.default_rng(seed)
        self.number = 0
        self.scores: deque[int] = deque(maxlen=400)
        self.cpu_seconds = 0.0

    @property
    def done(self) -> bool:
        """Whether the last round of the plan was learnt from."""
        return self.number >= self.plan.rounds

    def round(self) -> None:
        """Play, then learn."""
        plan, begun, scores = self.plan, time.process_time(), list[int]()
        parts = [self.players.move(self.actor, scores) for _ in range(plan.steps)]
        moves = joined(parts)
        now = describe(self.players.boards, plan.rules.colours)
        expected = self.critic.worth(np.concatenate([moves.before, now])).astype(np.float64)
        expected = expected.reshape(plan.steps + 1, plan.players)
        better = advantages(parts, expected, plan.fade)
        self._learn(moves, better.ravel(), (better + expected[:-1]).ravel())
        self.scores.extend(scores)
        self.number += 1
        self.cpu_seconds += time.process_time() - begun

    def _learn(self, moves: Moves, better: Float64s, targets: Float64s) -> None:
        """Go through the moves some times in a random order."""
        better = (better - better.mean()) / (better.std() + 1e-9)
        rate, critic_rate = (
            self.plan.faded(rate, self.number) for rate in (self.plan.rate, self.plan.critic_rate)
        )
        ones = np.ones(self.plan.batch, np.float32)
        for _ in range(self.plan.passes):
            order = self.rng.permutation(len(better))
            for first in range(0, len(order), self.plan.batch):
                some = order[first : first + self.plan.batch]
                self._push(moves.of(some), better[some], rate)
                self.critic.learn(
                    moves.before[some], targets[some].astype(np.float32), ones[: len(some)], critic_rate
                )

    def _push(self, moves: Moves, better: Float64s, rate: float) -> None:
        """Make moves that were better than expected likelier, unless their chances changed enough."""
        worth = np.where(moves.last, 0.0, self.actor.worth(moves.told))
        chances = softmax((moves.points + worth) / self.plan.temperature, moves.starts)
        ratio = chances[moves.chosen] / moves.chances
        far = np.where(better > 0, ratio > 1 + self.plan.clip, ratio < 1 - self.plan.clip)
        pull = np.where(far, 0.0, better * ratio) / len(better)
        pulls = -chances * np.repeat(pull, np.diff(moves.starts))
        pulls[moves.chosen] += pull
        self.actor.push(moves.told, np.where(moves.last, 0.0, pulls).astype(np.float32), rate)

    def save(self, path: Path) -> None:
        """Write all there is to go on from."""
        players, actor, critic = self.players, self.actor, self.critic
        facts = {
            "number": self.number,
            "scores": list(self.scores),
            "rng": [players.rng.bit_generator.state, self.rng.bit_generator.state],
            "cpu_seconds": self.cpu_seconds,
        }
        arrays: checkpoints.Arrays = [players.boards, players.dice, players.scores]
        checkpoints.write(path, [*arrays, *actor.state, *critic.state], facts)

    def resume(self, path: Path) -> None:
        """Go on from what ``save`` wrote for the same plan."""
        arrays, facts = checkpoints.load(path)
        self.players.boards, self.players.dice, self.players.scores = arrays[:3]
        half = 3 + (len(arrays) - 3) // 2
        self.actor.state, self.critic.state = arrays[3:half], arrays[half:]
        self.number, self.scores = facts["number"], deque(facts["scores"], maxlen=400)
        self.cpu_seconds = facts["cpu_seconds"]
        self.players.rng.bit_generator.state, self.rng.bit_generator.state = facts["rng"]


def run(training: Training, minutes: float, tell: Callable[[str], None]) -> None:
    """Go on for some minutes, or to the end."""
    begun = time.monotonic()
    while not training.done and time.monotonic() - begun < 60 * minutes:
        training.round()
        if training.number % 10 == 0:
            score, rounds = np.mean(training.scores), training.plan.rounds
            tell(f"round {training.number} of {rounds}: score {score:.0f}, {training.cpu_seconds:.0f} s")


def main(arguments: list[str] | None = None) -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("game", choices=PLANS)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args(arguments)
    training = Training(PLANS[told.game], checkpoints.load(told.start)[0], told.seed)
    if told.state.exists():
        training.resume(told.state)
    run(training, told.minutes, lambda line: print(line, file=sys.stderr, flush=True))
    training.save(told.state)
    facts = {"rounds": training.number, "seed": told.seed, "cpu_seconds": round(training.cpu_seconds)}
    if training.done:
        arrays = checkpoints.halved(training.actor.arrays)
        facts |= judge(training.plan.rules, Trained(arrays))
        if told.out:
            checkpoints.write(told.out, arrays, facts)
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
