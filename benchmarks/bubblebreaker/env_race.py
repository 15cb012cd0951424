"""Time engines and environments, one core, and print moves a second as one JSON document on stdout.

usage: python -m benchmarks.bubblebreaker.env_race [--seconds S] [--games N]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

from bubblebreaker import engine, envs, reference
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, Rules
from bubblebreaker.vector import sample_actions

Runner = Callable[[], int]
"""Makes some moves and returns how many."""


def batched(rules: Rules, games: int, tabu: bool = False) -> Runner:
    """Play whole games at random inside the compiled engine."""
    boards, dice = engine.new_boards(rules, range(games))

    def run() -> int:
        _, moves = engine.play_out(rules, boards.copy(), dice.copy(), range(games), tabu=tabu)
        return int(moves.sum())

    return run


def plain(rules: Rules) -> Runner:
    """Play one game at random by the plain Python reference."""
    seeds = iter(range(2**32))
    rng = np.random.default_rng(1)

    def run() -> int:
        game = reference.Game.seeded(rules, next(seeds))
        while cells := reference.moves(game.board):
            game.play(*cells[rng.integers(len(cells))])
        return len(game.played)

    return run


def vectorised(name: str, games: int) -> Runner:
    """Step the native vector environment from Python with random moves that the masks allow."""
    envs = gymnasium.make_vec(name, num_envs=games)
    state = {"info": envs.reset(seed=1)[1]}
    rng = np.random.default_rng(1)

    def run() -> int:
        seeds = rng.integers(2**63, size=games, dtype=np.uint64)
        *_, state["info"] = envs.step(sample_actions(state["info"]["action_mask"], seeds))
        return games

    return run


def single(name: str) -> Runner:
    """Step one environment from Python, with Gymnasium's own masked sampling."""
    env = gymnasium.make(name)
    state = {"info": env.reset(seed=1)[1]}

    def run() -> int:
        *_, terminated, _, state["info"] = env.step(env.action_space.sample(state["info"]["action_mask"]))
        if terminated:
            state["info"] = env.reset()[1]
        return 1

    return run


def cartpole(games: int = 0) -> Runner:
    """Step Gymnasium's CartPole as a ruler: one environment, or its native vector of ``games``."""
    env: Any = gymnasium.make_vec("CartPole-v1", num_envs=games) if games else gymnasium.make("CartPole-v1")
    env.reset(seed=1)
    actions = np.random.default_rng(1).integers(2, size=(1000, games or 1))
    count = iter(range(2**62))

    def run() -> int:
        chosen = actions[next(count) % len(actions)]
        _, _, terminated, truncated, _ = env.step(chosen if games else int(chosen[0]))
        if not games and (terminated or truncated):
            env.reset()
        return games or 1

    return run


def rate(run: Runner, seconds: float) -> float:
    """Return moves a second of this process's own time; the first call, which may compile, does not count."""
    run()
    began = time.process_time()
    moves = 0
    while (spent := time.process_time() - began) < seconds:
        moves += run()
    return moves / spent


def contestants(games: int) -> dict[str, Runner]:
    """Return who races, by name."""
    return {
        "engine, SameGame, uniform": batched(SAMEGAME, games),
        "engine, SameGame, TabuColor": batched(SAMEGAME, games, tabu=True),
        "engine, Bubble Breaker, uniform": batched(BUBBLE_BREAKER, games),
        "plain Python, SameGame": plain(SAMEGAME),
        "plain Python, Bubble Breaker": plain(BUBBLE_BREAKER),
        "vector environment, SameGame": vectorised("SameGame-v0", games),
        "vector environment, Bubble Breaker": vectorised("BubbleBreaker-v0", games),
        "single environment, SameGame": single("SameGame-v0"),
        "single environment, Bubble Breaker": single("BubbleBreaker-v0"),
        "CartPole, single": cartpole(),
        "CartPole, vector": cartpole(games),
    }


def main(arguments: list[str] | None = None) -> int:
    """Let all race and print the rates."""
    parser = argparse.ArgumentParser(description="Time engines and environments.")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--games", type=int, default=1024)
    options = parser.parse_args(arguments)
    envs.register()
    rates = {name: round(rate(run, options.seconds)) for name, run in contestants(options.games).items()}
    json.dump(rates, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
