"""Many games of MinAtar in parallel, as a lesson's agent sees them.

MinAtar (Young and Tian, 2019; GPL-3, a package of its own) boils five Atari games down to boards of 10 by
10 cells, one channel for each type of object. One action in ten is replaced by the previous one, so no plan
can be learnt by heart.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError

Floats = npt.NDArray[np.float32]
Truths = npt.NDArray[np.bool_]

SEEDS_APART = 1000
"""How far apart the seeds of two crowds of games are: none of their games is then the same."""


class MinAtar:
    """``count`` copies of one game: their images, and a step of all of them.

    ``shape``: (channels, rows, columns) of an image. ``actions``: how many there are to choose from, after
    those that do nothing in this game are left out; ``keys`` names them. A game that has ended starts again
    unless ``again`` is False; it then stays as it is.
    """

    def __init__(self, name: str, count: int, seed: int, *, again: bool = True) -> None:
        """Begin the games ``name`` (``space_invaders``, ``breakout``, …), the same ones for the same seed.

        Raises WorkshopError where MinAtar is missing or has no such game.
        """
        environment = _environment()
        try:
            self.games = [environment(name) for _ in range(count)]
        except ModuleNotFoundError as error:
            raise WorkshopError(f"MinAtar has no game {name}; try space_invaders or breakout") from error
        for number, game in enumerate(self.games):
            game.seed(SEEDS_APART * seed + number)
            game.reset()
        self.again = again
        self._codes: list[int] = [int(code) for code in self.games[0].minimal_action_set()]
        self.keys = [self.games[0].env.action_map[code] for code in self._codes]
        self.actions = len(self._codes)
        rows, columns, channels = self.games[0].state_shape()
        self.shape = (channels, rows, columns)

    def images(self) -> Floats:
        """Return what each game shows, (count, channels, rows, columns) of 0 and 1."""
        seen = np.stack([game.state() for game in self.games])
        return seen.transpose(0, 3, 1, 2).astype(np.float32)

    def step(self, actions: npt.ArrayLike) -> tuple[Floats, Truths]:
        """Take an action (0 to ``actions`` − 1) in each game; return the rewards and which games ended."""
        rewards = np.zeros(len(self.games), np.float32)
        over = np.zeros(len(self.games), bool)
        for number, (game, action) in enumerate(zip(self.games, np.asarray(actions), strict=True)):
            rewards[number], over[number] = game.act(self._codes[action])
            if over[number] and self.again:
                game.reset()
        return rewards, over


def _environment() -> Any:
    """Import MinAtar's Environment; what it says about drawing libraries is nobody's concern here."""
    logging.disable(logging.WARNING)
    try:
        from minatar import Environment
    except ModuleNotFoundError as error:
        raise WorkshopError("MinAtar is missing from this environment; run set-up again") from error
    finally:
        logging.disable(logging.NOTSET)
    return Environment
