"""Play many games of Bubble Breaker by an agent and print their scores as one JSON document on stdout.

usage: python -m bubblebreaker.games --agent NAME … [--games N] [--seed N] [--playouts N]
       [--horizon N] [--limit N]

The games are played by the plain Python rules: game number k, counted from ``--seed`` on, is that of seed k,
whoever plays it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from math import inf
from typing import Any

from bubblebreaker.agents import Agent, make_agent, play_game
from bubblebreaker.agents.searching import FlatAgent
from bubblebreaker.agents.simple import interval
from bubblebreaker.engine import NO_LIMIT
from bubblebreaker.reference import Game
from bubblebreaker.rules import BUBBLE_BREAKER, Rules

PLAYERS = ("uniform", "size", "score", "greedy", "tabu", "value", "search")
"""Who can play a game into which columns enter."""
PLAYOUTS = 2
"""Of each move, in search. More of them make longer games, and far more points."""


def player(name: str, rules: Rules, seed: int, playouts: int = PLAYOUTS, horizon: int = NO_LIMIT) -> Agent:
    """Return the agent of that name; ``playouts`` and ``horizon`` are those of search."""
    if name == "search":
        return FlatAgent(rules, seed, playouts, horizon)
    return make_agent(name, rules, seed)


def play_many(
    name: str,
    seeds: range,
    playouts: int = PLAYOUTS,
    horizon: int = NO_LIMIT,
    limit: float = inf,
    rules: Rules = BUBBLE_BREAKER,
) -> dict[str, Any]:
    """Play at least two games, for ``limit`` moves each at most; return scores, moves, and what they took."""
    began = time.process_time()
    games = [
        play_game(player(name, rules, seed, playouts, horizon), Game.seeded(rules, seed), limit)
        for seed in seeds
    ]
    scores = [game.score for game in games]
    mean, reach = interval(scores)
    return {
        "mean": round(mean, 1),
        "interval": round(reach, 1),
        "moves": round(sum(len(game.played) for game in games) / len(games), 1),
        "cut_short": sum(not game.over for game in games),
        "cpu_seconds": round((time.process_time() - began) / len(games), 3),
        "scores": scores,
    }


def main(arguments: list[str] | None = None) -> int:
    """Let each agent play; return the exit status."""
    parser = argparse.ArgumentParser(description="Play many games of Bubble Breaker by an agent.")
    parser.add_argument("--agent", choices=PLAYERS, nargs="+", default=["value", "search"])
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--playouts", type=int, default=PLAYOUTS)
    parser.add_argument("--horizon", type=int, default=NO_LIMIT)
    parser.add_argument("--limit", type=int, default=None)
    told = parser.parse_args(arguments)
    seeds = range(told.seed, told.seed + told.games)
    limit = inf if told.limit is None else told.limit
    answers = {}
    for name in told.agent:
        play_game(player(name, BUBBLE_BREAKER, 0), Game.seeded(BUBBLE_BREAKER, 0), 1)  # compiles
        answers[name] = play_many(name, seeds, told.playouts, told.horizon, limit)
        print(f"{name}: {answers[name]['mean']}", file=sys.stderr, flush=True)
    json.dump(answers, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
