"""Agents: who looks at a board and says which group to burst.

``AGENTS`` names them all; ``make_agent("tabu", rules, seed=1)`` makes one. The same rules, seed and
boards give the same moves, but for agents that think until the time is up.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Protocol, runtime_checkable

from bubblebreaker.reference import Game
from bubblebreaker.rules import Board, Rules
from bubblebreaker.search.deadline import CLOCK_SHARE

Cell = tuple[int, int]


@runtime_checkable
class Agent(Protocol):
    """Plays one game after another."""

    def begin(self, board: Board) -> None:
        """Look at the board, int8 (rows, columns), from which it plays on: of a new game, as a rule."""

    def choose(self, board: Board) -> Cell | None:
        """Return the cell (row, column) to click, or None when no move is left."""


Maker = Callable[[Rules, int, float, float], Agent]
"""Makes an agent from rules, a seed, and the seconds that it may think about a game: of this process's time,
and how many times as many by the clock."""


# Each maker imports what its agent needs: a rule of thumb does not wait for a network or a search.
def _rule(name: str) -> Maker:
    def make(rules: Rules, seed: int, seconds: float, clock_share: float) -> Agent:
        from bubblebreaker.agents.simple import RuleOfThumb

        return RuleOfThumb(rules, name, seed)

    return make


def _value(rules: Rules, seed: int, seconds: float, clock_share: float) -> Agent:
    from bubblebreaker.agents.value import ValueAgent

    return ValueAgent(rules)


def _planning(name: str) -> Maker:
    def make(rules: Rules, seed: int, seconds: float, clock_share: float) -> Agent:
        from bubblebreaker.agents.searching import PLANNERS, PlanningAgent

        return PlanningAgent(rules, seed, seconds, clock_share, PLANNERS[name])

    return make


def _search(rules: Rules, seed: int, seconds: float, clock_share: float) -> Agent:
    if rules.refill == "none":
        return _planning("search")(rules, seed, seconds, clock_share)
    from bubblebreaker.agents.searching import FlatAgent

    return FlatAgent(rules, seed)


AGENTS: dict[str, Maker] = {
    "uniform": _rule("uniform"),
    "size": _rule("size"),
    "score": _rule("score"),
    "greedy": _rule("greedy"),
    "tabu": _rule("tabu"),
    "value": _value,
    "search": _search,
    "nested": _planning("nested"),
    "beam": _planning("beam"),
}


def make_agent(
    name: str, rules: Rules, seed: int = 0, seconds: float = 10.0, clock_share: float = CLOCK_SHARE
) -> Agent:
    """Return the agent of that name; ValueError when there is none, or none for these rules.

    ``seconds``: what one that plans a whole game may think about each, that is "nested", "beam", and without
    refill "search": of this process's own time, or ``clock_share`` times as many by the clock.
    """
    if name not in AGENTS:
        raise ValueError(f"agents are {', '.join(AGENTS)}, not {name!r}")
    return AGENTS[name](rules, seed, seconds, clock_share)


def play_game(agent: Agent, game: Game, limit: float = inf) -> Game:
    """Let the agent play ``game`` to its end, or for ``limit`` moves; return the game."""
    agent.begin(game.board)
    most = len(game.played) + limit
    while len(game.played) < most and (cell := agent.choose(game.board)) is not None:
        game.play(*cell)
    return game
