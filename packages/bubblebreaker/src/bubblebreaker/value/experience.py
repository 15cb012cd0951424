"""Games played to learn from: many side by side, mostly by the best move, and what each board led to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bubblebreaker import engine
from bubblebreaker.cells import Ints, pack
from bubblebreaker.rules import Rules
from bubblebreaker.value.ahead import Ahead, Values, look_ahead
from bubblebreaker.value.features import Floats

Float64s = npt.NDArray[np.float64]


class Experience(NamedTuple):
    """Boards after moves, told (n, width), the points to follow each (n,), scores of the games that ended."""

    told: Floats
    targets: Floats
    scores: list[int]


Bools = npt.NDArray[np.bool_]
Target = Callable[[Float64s, Float64s, Bools, float], Float64s]
"""From moves' points, what may follow them, whether the game was over, and a discount: what they lead to."""


def td_target(points: Float64s, worth: Float64s, over: Bools, discount: float = 1.0) -> Float64s:
    """Return the points of each move and, discounted, what follows: nothing where the game is over."""
    return points + discount * np.where(over, 0.0, worth)


class _Moves(NamedTuple):
    """One move on each of n boards."""

    told: Floats  # of the board after it
    points: Float64s  # what it brought
    best: Float64s  # what the best move would have led to, as far as was thought
    worth: Float64s  # what was thought to follow this one
    greedy: Bools  # whether it was the best one
    over: Bools  # whether the game ended with it


class Players:
    """``count`` games side by side; a game that ends makes room for a new one.

    ``explore``: the share of moves that are drawn at random. Everything follows from ``seed``.
    """

    def __init__(self, rules: Rules, count: int, seed: int, explore: float = 0.05) -> None:
        """Throw the first boards."""
        self.rules, self.explore = rules, explore
        self.rng = np.random.default_rng(seed)
        self.boards, self.dice = engine.new_boards(rules, self.rng.integers(2**32, size=count))
        self.scores = np.zeros(count, np.int64)
        self.moves = 0
        self._throw_again(self._stuck())

    def gather(
        self,
        values: Values,
        steps: int,
        *,
        fade: float = 0.8,
        discount: float = 1.0,
        target: Target = td_target,
    ) -> Experience:
        """Play ``steps`` moves of each game and return what can be learnt from all but the last.

        The targets are λ-returns (Sutton and Barto, 2nd edition, 12.1), λ being ``fade``: 1 trusts only
        the points that really followed, 0 only what the network thinks of the next board. Behind a move
        that was drawn at random they trust the best move instead (Watkins, 1989). ``target`` makes each step
        of them, from one move to the next.
        """
        scores: list[int] = []

        def lead(points: Float64s, worth: Float64s, over: Bools) -> Float64s:
            return target(points, worth, over, discount)

        moves = [self._move(values, scores, lead) for _ in range(steps)]
        told, targets = [], []
        follows = moves[-1].worth
        for here, after in zip(moves[-2::-1], moves[:0:-1], strict=True):
            seen = lead(after.points, follows, after.over)
            mixed = fade * seen + (1 - fade) * after.best
            follows = np.where(after.greedy, mixed, after.best)
            told.append(here.told)
            targets.append(np.where(here.over, 0.0, follows))
        return Experience(np.concatenate(told), np.concatenate(targets).astype(np.float32), scores)

    def _move(
        self, values: Values, scores: list[int], lead: Callable[[Float64s, Float64s, Bools], Float64s]
    ) -> _Moves:
        """Make one move on each board; append the scores of the games that end."""
        ahead = look_ahead(self.rules, self.boards, values)
        best = ahead.best()
        chosen = self._explored(ahead, best)
        promised = lead(ahead.points[best], ahead.worth[best], ahead.last[best])
        gained, _, over = engine.step(pack(self.rules), self.boards, self.dice, ahead.after.actions[chosen])
        self.scores += gained
        self.moves += len(chosen)
        self._begin_anew(over, scores)
        told, worth = ahead.told[chosen], ahead.worth[chosen]
        return _Moves(told, gained.astype(np.float64), promised, worth, chosen == best, over)

    def _explored(self, ahead: Ahead, best: Ints) -> Ints:
        """Return the moves that are made: the best ones, and now and then any."""
        starts = ahead.after.starts
        drawn = self.rng.integers(starts[:-1], starts[1:])
        chosen: Ints = np.where(self.rng.random(len(best)) < self.explore, drawn, best)
        return chosen

    def _begin_anew(self, over: Bools, scores: list[int]) -> None:
        """Throw a new board for each game that is over."""
        scores += self.scores[over].tolist()
        self.scores[over] = 0
        self._throw_again(over)

    def _throw_again(self, which: Bools) -> None:
        """Throw new boards, until each has a move: a small one may be thrown without any."""
        while which.any():
            engine.refresh(pack(self.rules), self.boards, self.dice, which)
            which = which & self._stuck()

    def _stuck(self) -> Bools:
        stuck: Bools = engine.action_masks(self.rules, self.boards).max(axis=1) == 0
        return stuck


def sample(rules: Rules, values: Values, seed: int, games: int = 100) -> Floats:
    """Return what is told of the boards of some games, to measure mean and spread of the inputs."""
    players = Players(rules, games, seed, explore=0.3)
    return players.gather(values, 60).told


class Nothing:
    """Thinks that nothing follows: whoever looks ahead with it takes the largest group."""

    def worth(self, told: Floats) -> Floats:
        """Return zeros, float32 (m,)."""
        return np.zeros(len(told), np.float32)
