"""Many games of MinAtar side by side, on a game that is known: MinAtar itself is where the lessons run."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.policy.games import MinAtar


class Countdown:
    """A game that ends after as many steps as its seed's last digit says; each action pays its own code."""

    def __init__(self, name: str) -> None:
        if name != "countdown":
            raise ModuleNotFoundError(name)
        self.env = SimpleNamespace(action_map=["n", "l", "u", "r", "d", "f"])
        self.left = self.begun = 0

    def seed(self, seed: int) -> None:
        self.length = 1 + seed % 10
        self.seeded = seed

    def reset(self) -> None:
        self.left = self.length
        self.begun += 1

    def minimal_action_set(self) -> list[int]:
        return [0, 1, 3]

    def state_shape(self) -> tuple[int, int, int]:
        return 3, 4, 2

    def state(self) -> np.ndarray:
        shown = np.zeros((3, 4, 2), bool)
        shown[0, 1, 1] = self.left > 0
        return shown

    def act(self, code: int) -> tuple[int, bool]:
        if self.left == 0:
            return 0, True
        self.left -= 1
        return code, self.left == 0


@pytest.fixture(autouse=True)
def minatar(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("minatar")
    module.Environment = Countdown  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "minatar", module)


def test_actions_are_numbered_without_gaps_and_pictures_have_their_channels_first() -> None:
    games = MinAtar("countdown", 3, seed=2)
    assert games.actions == 3 and games.keys == ["n", "l", "r"]
    seen = games.images()
    assert seen.shape == (3, *games.shape) == (3, 2, 3, 4) and seen.dtype == np.float32
    assert seen[0, 1, 0, 1] == 1 and seen.sum() == 3
    rewards, over = games.step([0, 1, 2])
    assert rewards.tolist() == [0, 1, 3], "the third action is the code 3"
    assert over.tolist() == [True, False, False]


def test_a_game_that_ended_restarts_or_stays_ended() -> None:
    again, once = MinAtar("countdown", 2, 0), MinAtar("countdown", 2, 0, again=False)
    for games in (again, once):
        games.step([1, 1])
    assert again.images().sum() == 2 and once.images().sum() == 1
    rewards, over = once.step([1, 1])
    assert rewards.tolist() == [0, 1] and over.tolist() == [True, True]


def test_what_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkshopError, match="no game tetris"):
        MinAtar("tetris", 1, 1)
    monkeypatch.setitem(sys.modules, "minatar", None)
    with pytest.raises(WorkshopError, match="run set-up again"):
        MinAtar("countdown", 1, 1)
