"""Plan a whole game in which nothing enters: nested rollout policy adaptation until the time is up.

Each run keeps away from one colour, which is burst only when nothing else can be: its bubbles end up in
one large group. Which colour that should be differs from board to board, so the runs are shared out
among the most frequent ones like pulls among the arms of a bandit. Most later runs do not begin from
nothing: their policy leans a little towards the best game so far, and so they search around it. The best game
of all runs counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, log, sqrt
from typing import NamedTuple

import numpy as np

from bubblebreaker import engine
from bubblebreaker.cells import load, pack, room
from bubblebreaker.compiled import mixed
from bubblebreaker.rules import Board, Rules
from bubblebreaker.search.deadline import CLOCK_SHARE, Deadline
from bubblebreaker.search.groups import Policy, make_desk
from bubblebreaker.search.nrpa import Line, adapt, first_level, make_line, make_policy


@dataclass(frozen=True)
class Settings:
    """How the levels repeat.

    ``repeats``: of level 1, level 2 and so on; there are as many levels. ``playouts``: before each
    adaptation of level 1. ``alpha``: the step of an adaptation. ``colours``: so many of the most frequent
    ones take turns in being kept away from; 0 plays without such a colour. ``curiosity``: the share of the
    best score that a colour is forgiven for having been tried little. ``lean``: the step towards the best
    game with which a run begins, after one run for each colour; 0 begins each from nothing, and so does
    one in ``afresh`` runs. ``same``: a level ends when the one below finds one game so many times running.
    """

    repeats: tuple[int, ...] = (60, 60)
    playouts: int = 8
    alpha: float = 1.0
    colours: int = 3
    curiosity: float = 0.3
    lean: float = 1.5
    afresh: int = 4
    same: int = 3

    def __post_init__(self) -> None:
        """Refuse, with a ValueError, what cannot be run."""
        if not self.repeats or min(*self.repeats, self.playouts, self.afresh, self.same) < 1:
            raise ValueError(f"levels, repeats, playouts, afresh and same are at least 1, not {self}")
        if min(self.colours, self.lean) < 0:
            raise ValueError(f"colours and lean are at least 0, not {self}")


class Plan(NamedTuple):
    """A whole game: its points, its moves (row, column), and how many moves the search made for it."""

    score: int
    moves: list[tuple[int, int]]
    steps: int


OnBetter = Callable[[int, float], None]


def plan(
    rules: Rules,
    board: Board,
    seconds: float = inf,
    runs: int | None = None,
    seed: int = 0,
    settings: Settings | None = None,
    on_better: OnBetter | None = None,
    clock_share: float = CLOCK_SHARE,
) -> Plan:
    """Return the best game that was found on ``board``, int8 (rows, columns).

    ``seconds``: of this process's own time, after which it stops; on a busy machine it takes no longer than
    ``clock_share`` times as long by the clock. ``runs``: so many runs, after which it stops; with it
    and no ``seconds`` the same seed gives the same game. ``on_better(score, seconds)`` is called for each
    better game. Raises ValueError for rules by which something enters, a board that is none, or no limit.
    """
    if rules.refill != "none":
        raise ValueError("a plan needs rules by which nothing enters; flat_search plays the others")
    if seconds == inf and runs is None:
        raise ValueError("give seconds or runs, or the search never ends")
    settled = engine.check_boards(rules, board[None])[0]
    search = _Search(rules, settled, seed, settings or Settings(), on_better)
    search.begin(seconds, clock_share)
    done = 0
    # Without any time there is still a game: the first run ends early.
    while done == 0 or (not search.deadline.passed() and (runs is None or done < runs)):
        search.run()
        done += 1
    return search.result()


@dataclass
class _Search:
    """One search on one board: its working memory, and what it has found."""

    rules: Rules
    board: Board
    seed: int
    settings: Settings
    on_better: OnBetter | None = None
    steps: int = 0
    runs: int = 0
    scores: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.packed = pack(self.rules)
        self.start = np.zeros(int(room(self.rules.rows, self.rules.columns)), np.int8)
        self.used = int(load(self.board, self.start))
        self.rng = np.array([mixed(np.uint64(self.seed))], np.uint64)
        self.desk = make_desk(self.packed)
        self.deadline = Deadline(inf)
        self.best = make_line(self.packed)
        self.tabu_of_best = 0
        self.chances = np.zeros(len(self.best.codes))
        counts = np.bincount(self.board[self.board > 0], minlength=self.rules.colours + 1)
        frequent = [int(colour) for colour in np.argsort(-counts[1:], kind="stable") + 1]
        self.scores = {colour: [] for colour in frequent[: self.settings.colours] or [0]}

    def begin(self, seconds: float, clock_share: float) -> None:
        """Load or compile the machine code, which is nobody's thinking time, and start the clock."""
        self._first_level(make_policy(), 0, make_line(self.packed), repeats=0)
        self.deadline = Deadline(seconds, clock_share)

    def run(self) -> None:
        """Run all levels once: around the best game, or afresh, away from the colour that promises most."""
        self.runs += 1
        policy, tabu, before = make_policy(), self._promising(), int(self.best.score[0])
        leans = self.settings.lean > 0 and self.runs > len(self.scores) and self.runs % self.settings.afresh
        if leans:
            tabu = self.tabu_of_best
            adapt(policy, self.best, self.settings.lean, self.chances)
        line = self._level(len(self.settings.repeats), policy, tabu)
        if self.best.score[0] > before:
            self.tabu_of_best = tabu
        # What a run finds around a good game says nothing of its colour.
        if not leans:
            self.scores[tabu].append(int(line.score[0]))

    def result(self) -> Plan:
        """Return the best game so far."""
        moves = engine.cells_of(self.rules, self.best.at[: self.best.score[1]])
        return Plan(int(self.best.score[0]), moves, self.steps)

    def _promising(self) -> int:
        """Return the colour to keep away from next (UCB1 on the best score of each, in shares of it)."""
        done = sum(len(scores) for scores in self.scores.values())

        def promise(colour: int) -> float:
            scores = self.scores[colour]
            if not scores:
                return inf
            return max(scores) * (1 + self.settings.curiosity * sqrt(log(done + 1) / len(scores)))

        return max(self.scores, key=promise)

    def _level(self, level: int, policy: Policy, tabu: int) -> Line:
        """Run one level from ``policy``, which it changes, and return its best game."""
        best = make_line(self.packed)
        if level == 1:
            self._first_level(policy, tabu, best, self.settings.repeats[0])
            return best
        same = 0
        for _ in range(self.settings.repeats[level - 1]):
            line = self._level(level - 1, policy.copy(), tabu)
            same = same + 1 if _alike(line, best) else 0
            if same == self.settings.same:
                break
            if line.score[0] >= best.score[0]:
                best = line
            adapt(policy, best, self.settings.alpha, self.chances)
            if self.deadline.passed():
                break
        return best

    def _first_level(self, policy: Policy, tabu: int, best: Line, repeats: int) -> None:
        self.steps += first_level(
            self.packed,
            self.start,
            self.used,
            tabu,
            policy,
            self.rng,
            repeats,
            self.settings.playouts,
            self.settings.alpha,
            self.desk,
            best,
            self.chances,
        )
        if best.score[0] > self.best.score[0]:
            self.best = best
            if self.on_better:
                self.on_better(int(best.score[0]), self.deadline.spent())


def _alike(one: Line, other: Line) -> bool:
    """Tell whether two lines are the same game."""
    moves = int(one.score[1])
    return moves == other.score[1] and np.array_equal(one.at[:moves], other.at[:moves])
