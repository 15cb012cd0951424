"""The environments are what Gymnasium expects of one, and play by the rules."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from bubblebreaker import reference
from bubblebreaker.envs import IDS, BubbleBreakerEnv, register

OPTIONS: list[dict[str, Any]] = [
    {},
    {"render_mode": "ansi"},
    {"render_mode": "rgb_array"},
    {"rows": 5, "columns": 4, "colours": 2, "refill": "grey", "grey_value": 9},
]


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "ansi", "rgb_array", "small"])
def test_gymnasium_finds_nothing_to_complain_of(name: str, options: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(name, **options)
        check_env(env.unwrapped)
        env.close()


def test_a_name_with_its_module_registers_itself_and_registering_again_is_safe() -> None:
    register()
    env = gymnasium.make("bubblebreaker.envs:SameGame-v0", rows=3)
    assert env.observation_space.shape == (3, 15)
    assert env.spec is not None
    again = env.spec.make()
    assert again.observation_space == env.observation_space
    assert env.spec.to_json() == again.spec.to_json()


def play(env: gymnasium.Env[Any, Any], seed: int, most: int = 500) -> list[tuple[list[list[int]], float]]:
    """Play a whole game by Gymnasium's masked sampling; return boards and rewards."""
    board, info = env.reset(seed=seed)
    env.action_space.seed(seed)
    seen = [(board.tolist(), 0.0)]
    for _ in range(most):
        board, reward, terminated, truncated, info = env.step(env.action_space.sample(info["action_mask"]))
        seen.append((board.tolist(), reward))
        assert not truncated
        assert info["size"] >= 2
        if terminated:
            assert not info["action_mask"].any()
            break
    return seen


@pytest.mark.parametrize("name", IDS)
def test_the_same_seed_is_the_same_rollout_and_another_is_not(name: str) -> None:
    env = gymnasium.make(name)
    first = play(env, 7)
    assert play(gymnasium.make(name), 7) == first
    assert play(env, 7) == first
    assert play(env, 8) != first


@pytest.mark.parametrize("name", IDS)
def test_a_copy_and_a_pickle_play_on_as_the_original_does(name: str) -> None:
    env = gymnasium.make(name).unwrapped
    _, info = env.reset(seed=3)
    env.step(int(np.argmax(info["action_mask"])))
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    for _ in range(60):
        action = int(np.argmax(env.action_masks()))
        board, reward, terminated, *_ = env.step(action)
        for twin in twins:
            twin_board, twin_reward, twin_terminated, *_ = twin.step(action)
            assert (twin_board == board).all()
            assert (twin_reward, twin_terminated) == (reward, terminated)
    fresh, *others = (player.reset()[0] for player in (env, *twins))
    assert all((other == fresh).all() for other in others)


def test_rewards_are_the_points_of_the_reference() -> None:
    env = BubbleBreakerEnv("samegame-deduction", rows=6, columns=6, colours=3)
    board, info = env.reset(seed=2)
    game = reference.Game(env.rules, board)
    while (cells := reference.moves(game.board)) and info["action_mask"].any():
        row, column = cells[len(cells) // 2]
        points = game.play(row, column)
        board, reward, terminated, _, info = env.step(row * 6 + column)
        assert (board == game.board).all()
        assert (reward, terminated) == (points, game.over)


def test_where_nothing_bursts_nothing_happens() -> None:
    env = BubbleBreakerEnv("samegame", rows=2, columns=2)
    start = np.array([[0, 0], [1, 1]], np.int8)
    board, info = env.reset(options={"board": start})
    assert (board == start).all()
    assert info["action_mask"].tolist() == [0, 0, 1, 0]
    board, reward, terminated, _, info = env.step(0)
    assert (board.tolist(), reward, terminated, info["size"]) == (start.tolist(), 0, False, 0)
    _, reward, terminated, _, info = env.step(3)
    assert (reward, terminated, info["size"]) == (1000, True, 2)


def test_what_was_returned_is_the_callers() -> None:
    env = BubbleBreakerEnv()
    board, info = env.reset(seed=1)
    kept = board.copy()
    env.step(int(np.argmax(info["action_mask"])))
    assert (board == kept).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"preset": "chess"}, "preset is one of"),
        ({"hight": 3}, "options are rows"),
        ({"render_mode": "human"}, "render_mode is one of"),
        ({"rows": 0}, "at least one row"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BubbleBreakerEnv(**arguments)
