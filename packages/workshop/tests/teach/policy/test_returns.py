"""The returns and advantages, against the sums in the papers; tested without Theano."""

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
def rollout() -> dict[str, Any]:
    rng = np.random.default_rng(4)
    return {
        "rewards": rng.normal(size=(STEPS, GAMES)),
        "over": rng.random((STEPS, GAMES)) < 0.3,
        "values": rng.normal(size=(STEPS, GAMES)),
        "last": rng.normal(size=GAMES),
    }


def summed(paid: Any, over: Any, last: Any, discount: float) -> Any:
    """Each step with all later ones of its game, written as a sum; ``last`` where the game goes on."""
    returns = np.zeros(paid.shape)
    for step, game in np.ndindex(*paid.shape):
        for later in range(step, len(paid)):
            returns[step, game] += discount ** (later - step) * paid[later, game]
            if over[later, game]:
                break
        else:
            returns[step, game] += discount ** (len(paid) - step) * last[game]
    return returns


@pytest.mark.parametrize("discount", [0.0, 0.9, 1.0])
def test_rewards_are_summed_to_the_end_of_their_game(
    player: Any, rollout: dict[str, Any], discount: float
) -> None:
    rewards, over, last = rollout["rewards"], rollout["over"], rollout["last"]
    assert player.to_go(rewards, over, last, discount) == pytest.approx(summed(rewards, over, last, discount))


@pytest.mark.parametrize("lam", [0.0, 0.95, 1.0])
def test_an_advantage_is_the_discounted_sum_of_td_errors(
    player: Any, rollout: dict[str, Any], lam: float
) -> None:
    rewards, over, values = rollout["rewards"], rollout["over"], rollout["values"]
    after = np.where(over, 0, np.vstack([values[1:], rollout["last"]]))
    td_errors = rewards + 0.9 * after - values
    found = player.advantages(**rollout, discount=0.9, lam=lam)
    assert found == pytest.approx(summed(td_errors, over, np.zeros(GAMES), 0.9 * lam))
    if lam == 1:  # the value estimates in between cancel
        whole = summed(rewards, over, rollout["last"], 0.9) - values
        assert found == pytest.approx(whole)


def test_actions_are_drawn_as_often_as_their_probabilities_say(player: Any) -> None:
    probabilities = np.tile([0.1, 0.0, 0.6, 0.3], (20_000, 1))
    counts = np.bincount(player.sample(probabilities, np.random.default_rng(5)), minlength=4)
    assert counts / 20_000 == pytest.approx(probabilities[0], abs=0.015)
    assert player.sample(np.array([[0.5, 0.4999999]]), np.random.default_rng(6)).max() <= 1
