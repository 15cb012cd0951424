"""The networks that come with the workshop, without Theano."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from building import Nothing

from bubblebreaker import engine
from bubblebreaker.rules import PRESETS
from bubblebreaker.value.ahead import play
from bubblebreaker.value.features import describe
from bubblebreaker.value.trained import NoNetworkError, Trained, load, shipped

GAMES = ["samegame", "bubblebreaker"]


def test_a_small_network_by_hand() -> None:
    arrays = [[1, 2], [2, 4], 10, [[1, 0], [0, -1]], [0, 0.5], [[1], [3]], [7]]
    network = Trained([np.array(array, np.float32) for array in arrays])
    # (3, 2) → (1, 0) → max(0, (1, 0.5)) → 1 + 1.5 + 7
    assert network.worth(np.array([[3, 2]], np.float32)).tolist() == [95]
    # (1, 6) → (0, 1) → max(0, (0, -0.5)) → 7
    assert network.worth(np.array([[1, 6]], np.float32)).tolist() == [70]


@pytest.mark.parametrize("game", GAMES)
def test_a_board_is_worth_the_same_in_all_colours(game: str) -> None:
    rules, network = PRESETS[game], shipped(game)
    boards, _ = engine.new_boards(rules, range(50))
    after = engine.after_states(rules, boards).boards
    worth = network.worth(describe(after, 5, peeled=network.peeled))
    rng = np.random.default_rng(1)
    for _ in range(5):
        order = np.array([0, *rng.permutation(np.arange(1, 6)), -1], np.int8)
        assert np.array_equal(network.worth(describe(order[after], 5, peeled=network.peeled)), worth)


@pytest.mark.parametrize(("game", "bar"), [("samegame", 1300), ("bubblebreaker", 1227)])
def test_it_plays_well(game: str, bar: float) -> None:
    rules = PRESETS[game]
    seeds = np.random.default_rng(11).integers(2**32, size=15)
    points, _ = play(rules, *engine.new_boards(rules, seeds), shipped(game), limit=400)
    greedy, _ = play(rules, *engine.new_boards(rules, seeds), Nothing(), limit=400)
    assert points.mean() > bar
    assert points.mean() > 2 * greedy.mean()


def test_what_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_text("no", encoding="utf-8")
    with pytest.raises(NoNetworkError, match="holds no network"):
        load(tmp_path / "x.npz")
