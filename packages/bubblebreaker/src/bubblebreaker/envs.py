"""Gymnasium environments; importing this module registers ``BubbleBreaker-v0`` and ``SameGame-v0``.

>>> import gymnasium
>>> import bubblebreaker.envs
>>> env = gymnasium.make("SameGame-v0", rows=6, columns=6)
>>> board, info = env.reset(seed=1)
>>> action = env.action_space.sample(info["action_mask"])
>>> board, reward, terminated, truncated, info = env.step(action)

Without the second line ``gymnasium.make("bubblebreaker.envs:SameGame-v0")`` does the same.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from bubblebreaker import engine
from bubblebreaker.cells import Int8s, pack
from bubblebreaker.draw import as_picture, as_text
from bubblebreaker.rules import GREY, PRESETS, WORD, Board, Rules, first_state

IDS = {"BubbleBreaker-v0": "bubblebreaker", "SameGame-v0": "samegame"}
FRAMES_PER_SECOND = 4


def rules_of(preset: str, options: dict[str, Any]) -> Rules:
    """Return a preset's rules with ``options`` changed; ValueError where there is no such thing."""
    if preset not in PRESETS:
        raise ValueError(f"preset is one of {', '.join(PRESETS)}, not {preset!r}")
    try:
        return PRESETS[preset].having(**options)
    except TypeError as error:
        names = ", ".join(Rules.__dataclass_fields__)
        raise ValueError(f"options are {names}; got {', '.join(options)}") from error


def board_space(rules: Rules) -> Any:
    """Return the space of boards: int8 (rows, columns)."""
    low = GREY if rules.refill == "grey" else 0
    return spaces.Box(low, rules.colours, (rules.rows, rules.columns), np.int8)


def draw_state(rng: np.random.Generator) -> int:
    """Return a first state of the dice; each environment draws it with its own ``np_random``."""
    return first_state(int(rng.integers(WORD + 1)))


class BubbleBreakerEnv(gymnasium.Env[Board, np.int64]):
    """One game.

    Observation: the board, int8 (rows, columns), row 0 at the top; 0 is empty, -1 grey.
    Action: the number of a cell, ``row * columns + column``; any cell of a group bursts it. Where nothing
    bursts the board stays and the reward is 0.
    Reward: the points of the move as the rules give them. Terminated: when no move is left.
    ``info``: ``action_mask``, int8 (rows * columns,), is 1 for one cell of each group (the lowest one in
    its leftmost column), so that a uniform draw from it is a uniform draw of a move; ``size`` is how many
    bubbles burst, 0 for an action that did nothing.

    ``preset``: a name from ``rules.PRESETS``; any other keyword changes one of its rules, as in
    ``rows=8, colours=4, refill="grey"``. ``reset(options={"board": …})`` begins with a board of yours.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - Gymnasium declares it so
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": FRAMES_PER_SECOND,
    }

    def __init__(self, preset: str = "bubblebreaker", render_mode: str | None = None, **options: Any) -> None:
        """Make the game; nothing is on the board before ``reset``. ValueError: such rules make no game."""
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode is one of {self.metadata['render_modes']}, not {render_mode!r}")
        self.rules = rules_of(preset, options)
        self.render_mode = render_mode
        self.observation_space = board_space(self.rules)
        self.action_space = spaces.Discrete(self.rules.cells)
        self._packed = pack(self.rules)
        self._boards = np.zeros((1, self.rules.rows, self.rules.columns), np.int8)
        self._dice = np.ones(1, np.uint32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Board, dict[str, Any]]:
        """Begin a game: the same seed gives the same board and the same columns that will enter."""
        super().reset(seed=seed)
        self._dice[0] = draw_state(self.np_random)
        if options and "board" in options:
            self._boards[:] = engine.check_boards(self.rules, np.asarray(options["board"])[None])
        else:
            engine.refresh(self._packed, self._boards, self._dice, np.ones(1, np.bool_))
        return self._boards[0].copy(), self._info(0)

    def step(self, action: np.int64 | int) -> tuple[Board, float, bool, bool, dict[str, Any]]:
        """Burst the group at the cell ``action``."""
        points, sizes, over = engine.step(
            self._packed, self._boards, self._dice, np.array([action], np.int64)
        )
        return self._boards[0].copy(), float(points[0]), bool(over[0]), False, self._info(int(sizes[0]))

    def action_masks(self) -> Int8s:
        """Return the current action mask, int8 (rows * columns,), under the name that masked agents call."""
        mask = np.empty((1, self.rules.cells), np.int8)
        engine.masks(self._packed, self._boards, mask)
        return np.asarray(mask[0])

    def render(self) -> Any:
        """Return the board as text ("ansi") or as a picture, uint8 (height, width, 3) ("rgb_array")."""
        if self.render_mode == "ansi":
            return as_text(self._boards[0])
        if self.render_mode == "rgb_array":
            return as_picture(self._boards[0])
        return None

    def _info(self, size: int) -> dict[str, npt.NDArray[np.int8] | int]:
        return {"action_mask": self.action_masks(), "size": size}


def register() -> None:
    """Tell Gymnasium the environments' names; safe to call again."""
    for name, preset in IDS.items():
        if name not in gymnasium.registry:
            gymnasium.register(
                name,
                entry_point="bubblebreaker.envs:BubbleBreakerEnv",
                vector_entry_point="bubblebreaker.vector:BubbleBreakerVectorEnv",
                kwargs={"preset": preset},
            )


register()
