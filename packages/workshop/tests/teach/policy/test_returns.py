"""What the player learns from, by the sums of the papers; Theano, which that does not need, is away."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from workshop.teach import policy

STEPS, GAMES = 7, 5


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, imported where nothing of Theano is."""
    for name in ("theano", "theano.tensor", "lasagne", "lasagne.layers"):
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        if "." in name:
            setattr(sys.modules[name.partition(".")[0]], name.partition(".")[2], module)
    monkeypatch.delitem(sys.modules, "workshop.teach.policy.player", raising=False)
    monkeypatch.setattr(policy, "player", None, raising=False)  # the import sets it; others get theirs again
    yield importlib.import_module("workshop.teach.policy.player")
    del sys.modules["workshop.teach.policy.player"]


@pytest.fixture
def happened() -> dict[str, Any]:
    rng = np.random.default_rng(4)
    return {
        "rewards": rng.normal(size=(STEPS, GAMES)),
        "over": rng.random((STEPS, GAMES)) < 0.3,
        "values": rng.normal(size=(STEPS, GAMES)),
        "last": rng.normal(size=GAMES),
    }


def summed(paid: Any, over: Any, last: Any, discount: float) -> Any:
    """Each step with all later ones of its game, written as a sum; ``last`` where the game goes on."""
    worth = np.zeros(paid.shape)
    for step, game in np.ndindex(*paid.shape):
        for later in range(step, len(paid)):
            worth[step, game] += discount ** (later - step) * paid[later, game]
            if over[later, game]:
                break
        else:
            worth[step, game] += discount ** (len(paid) - step) * last[game]
    return worth


@pytest.mark.parametrize("discount", [0.0, 0.9, 1.0])
def test_rewards_are_summed_to_the_end_of_their_game(
    player: Any, happened: dict[str, Any], discount: float
) -> None:
    rewards, over, last = happened["rewards"], happened["over"], happened["last"]
    assert player.to_go(rewards, over, last, discount) == pytest.approx(summed(rewards, over, last, discount))


@pytest.mark.parametrize("blend", [0.0, 0.95, 1.0])
def test_an_advantage_is_the_blended_sum_of_surprises(
    player: Any, happened: dict[str, Any], blend: float
) -> None:
    rewards, over, values = happened["rewards"], happened["over"], happened["values"]
    after = np.where(over, 0, np.vstack([values[1:], happened["last"]]))
    surprises = rewards + 0.9 * after - values
    found = player.advantages(**happened, discount=0.9, blend=blend)
    assert found == pytest.approx(summed(surprises, over, np.zeros(GAMES), 0.9 * blend))
    if blend == 1:  # the guesses between cancel
        whole = summed(rewards, over, happened["last"], 0.9) - values
        assert found == pytest.approx(whole)


def test_actions_are_drawn_as_often_as_their_shares_say(player: Any) -> None:
    shares = np.tile([0.1, 0.0, 0.6, 0.3], (20_000, 1))
    counts = np.bincount(player.drawn(shares, np.random.default_rng(5)), minlength=4)
    assert counts / 20_000 == pytest.approx(shares[0], abs=0.015)
    assert player.drawn(np.array([[0.5, 0.4999999]]), np.random.default_rng(6)).max() <= 1
