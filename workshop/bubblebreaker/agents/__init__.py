"""Agents: who looks at a board and says which group to burst.

``AGENTS`` names them all; ``make_agent("tabu", rules, seed=1)`` makes one. The same rules, seed and
boards give the same moves, but for agents that think until the time is up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workshop.bubblebreaker.reference import Game
from workshop.bubblebreaker.rules import Board, Rules

Cell = tuple[int, int]


class Agent(Protocol):
    """Plays one game after another."""

    def begin(self, board: Board) -> None:
        """Look at the board of a new game, int8 (rows, columns)."""

    def choose(self, board: Board) -> Cell | None:
        """Return the cell (row, column) to click, or None when no move is left."""


Maker = Callable[[Rules, int, float], Agent]
"""Makes an agent from rules, a seed, and the seconds that it may think about a game."""


# Each maker imports what its agent needs: a rule of thumb does not wait for a network or a search.
def _rule(name: str) -> Maker:
    def make(rules: Rules, seed: int, seconds: float) -> Agent:
        from workshop.bubblebreaker.agents.simple import RuleOfThumb

        return RuleOfThumb(rules, name, seed)

    return make


def _value(rules: Rules, seed: int, seconds: float) -> Agent:
    from workshop.bubblebreaker.agents.value import ValueAgent

    return ValueAgent(rules)


def _search(rules: Rules, seed: int, seconds: float) -> Agent:
    from workshop.bubblebreaker.agents.searching import FlatAgent, PlanningAgent

    return PlanningAgent(rules, seed, seconds) if rules.refill == "none" else FlatAgent(rules, seed)


AGENTS: dict[str, Maker] = {
    "uniform": _rule("uniform"),
    "size": _rule("size"),
    "score": _rule("score"),
    "greedy": _rule("greedy"),
    "tabu": _rule("tabu"),
    "value": _value,
    "search": _search,
}


def make_agent(name: str, rules: Rules, seed: int = 0, seconds: float = 10.0) -> Agent:
    """Return the agent of that name; ValueError when there is none.

    ``seconds``: what the one that plans a whole game, "search" without refill, may think about each.
    """
    if name not in AGENTS:
        raise ValueError(f"agents are {', '.join(AGENTS)}, not {name!r}")
    return AGENTS[name](rules, seed, seconds)


def play_game(agent: Agent, game: Game) -> Game:
    """Let the agent play ``game`` to its end; return the game."""
    agent.begin(game.board)
    while (cell := agent.choose(game.board)) is not None:
        game.play(*cell)
    return game
