"""The native vector environment does exactly what single environments side by side do."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from bubblebreaker.envs import IDS
from bubblebreaker.vector import BubbleBreakerVectorEnv, sample_actions

COUNT = 5
OPTIONS: dict[str, Any] = {"rows": 5, "columns": 4, "colours": 3}


def make_both(name: str, mode: AutoresetMode) -> tuple[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        native = gymnasium.make_vec(name, num_envs=COUNT, autoreset_mode=mode.value, **OPTIONS)
        single = gymnasium.make_vec(
            name,
            num_envs=COUNT,
            vectorization_mode="sync",
            vector_kwargs={"autoreset_mode": mode},
            **OPTIONS,
        )
    return native, single


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Hold two answers of vector environments against each other, type by type."""
    assert type(one) is type(other), where
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}/{key}")
    elif isinstance(one, tuple):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            assert_same(left, right, f"{where}/{number}")
    elif one.dtype == object:
        for left, right in zip(one, other, strict=True):
            assert (left is None) == (right is None), where
            assert left is None or (left == right).all(), where
    else:
        assert one.dtype == other.dtype, where
        assert (one == other).all(), where


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_many_at_once_are_many_side_by_side(name: str, mode: AutoresetMode) -> None:
    native, single = make_both(name, mode)
    assert native.metadata["autoreset_mode"] == mode
    assert native.action_space == single.action_space
    assert native.observation_space == single.observation_space
    assert_same(native.reset(seed=3), answer := single.reset(seed=3))
    rng = np.random.default_rng(0)
    ended = 0
    for number in range(200):
        allowed = sample_actions(answer[-1]["action_mask"], rng.integers(2**60, size=COUNT))
        # Now and then any cell, whether something bursts there or not.
        actions = np.maximum(allowed, 0) if number % 7 else rng.integers(20, size=COUNT)
        answer = single.step(actions)
        assert_same(native.step(actions), answer)
        ended += int(answer[2].sum())
    assert ended > 20
    assert_same(native.reset(seed=[1, None, 2, 3, 4]), single.reset(seed=[1, None, 2, 3, 4]))
    assert_same(native.reset(), single.reset())


def test_with_autoreset_off_only_asked_for_games_begin() -> None:
    native, single = make_both("SameGame-v0", AutoresetMode.DISABLED)
    assert_same(native.reset(seed=1), answer := single.reset(seed=1))
    over = np.zeros(COUNT, np.bool_)
    while not over.any():
        actions = np.maximum(sample_actions(answer[-1]["action_mask"], np.arange(COUNT)), 0)
        answer = single.step(actions)
        assert_same(native.step(actions), answer)
        over = answer[2]
    options = {"reset_mask": over}
    boards, _ = native.reset(options=dict(options))
    again, _ = single.reset(options=dict(options))
    assert (boards == again).all()
    assert (boards[~over] == answer[0][~over]).all()
    assert (boards[over] != 0).all()


def test_the_spec_makes_the_same_again_and_a_pickle_plays_on() -> None:
    native, _ = make_both("BubbleBreaker-v0", AutoresetMode.NEXT_STEP)
    assert native.spec.kwargs["rows"] == 5
    again = gymnasium.make_vec(native.spec)
    assert_same(native.reset(seed=4), again.reset(seed=4))
    twin = pickle.loads(pickle.dumps(native))
    for _ in range(40):
        actions = np.argmax(native.action_masks(), axis=1)
        assert_same(native.step(actions), twin.step(actions))


def test_drawn_actions_are_allowed_alike_and_follow_their_seed() -> None:
    masks = np.tile(np.array([0, 1, 0, 1, 1, 0], np.int8), (30_000, 1))
    masks[0] = 0
    actions = sample_actions(masks, np.arange(len(masks)))
    assert actions[0] == -1
    shares = np.bincount(actions[1:], minlength=6) / (len(masks) - 1)
    assert shares == pytest.approx([0, 1 / 3, 0, 1 / 3, 1 / 3, 0], abs=0.015)
    assert (sample_actions(masks, np.arange(len(masks))) == actions).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda envs: envs.step([1]), "actions have the shape"),
        (lambda envs: envs.reset(seed=[1]), "as many seeds"),
        (lambda envs: envs.reset(options={"reset_mask": [True]}), "reset_mask has the shape"),
        (lambda _: BubbleBreakerVectorEnv(0), "num_envs"),
        (lambda _: BubbleBreakerVectorEnv(1, "chess"), "preset is one of"),
    ],
)
def test_wrong_calls_are_named(call: Any, message: str) -> None:
    envs = BubbleBreakerVectorEnv(3, **OPTIONS)
    envs.reset(seed=1)
    with pytest.raises(ValueError, match=message):
        call(envs)
