"""The player that the lesson on Pong imports computes what the cells of the lesson before compute."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("theano", reason="needs the environment theano")

from lesson_cells import run_cell

from workshop.teach.policy import player


class Counting:
    """A game that shows numbers, pays by the action, and is over now and then."""

    shape, actions = (2, 6, 6), 3

    def __init__(self, count: int) -> None:
        self.rng = np.random.default_rng(7)
        self.count = count

    def images(self) -> Any:
        return self.rng.random((self.count, *self.shape), dtype="float32")

    def step(self, actions: Any) -> tuple[Any, Any]:
        return np.asarray(actions) - 1.0, self.rng.random(self.count) < 0.2


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """Return what the lesson's cells define that a player needs."""
    names: dict[str, Any] = {"__name__": "__lesson__"}
    cells = ("parameters", "imports", "exercise-to-go", "exercise-advantage", "exercise-loss", "network")
    for cell in (*cells, "agent", "play", "batch", "teach", "judge"):
        run_cell("5-bubble-breaker/20-policy-gradient.ipynb", cell, names)
        if cell == "parameters":
            names |= {"PROFILE": "full"}
    return names


def test_the_shipped_player_learns_and_is_judged_as_in_the_lesson(page: dict[str, Any]) -> None:
    import lasagne

    page |= {"BASELINE": True, "DISCOUNT": player.DISCOUNT}
    learnt = []
    for whose in (SimpleNamespace(**page), player):
        lasagne.random.set_rng(np.random.RandomState(1))
        learner = whose.agent(Counting(player.GAMES), size=3, stride=1)
        seed = {} if whose is not player else {"seed": page["SEED"]}
        history = whose.train(Counting(player.GAMES), learner, 3, "a test", **seed)
        points = whose.evaluate(Counting(9), learner.act, **seed)
        values = lasagne.layers.get_all_param_values(learner.layers)
        learnt.append([*values, np.array(history.losses), points])
    for mine, theirs in zip(*learnt, strict=True):
        assert np.allclose(mine, theirs, rtol=1e-5, atol=1e-6)
