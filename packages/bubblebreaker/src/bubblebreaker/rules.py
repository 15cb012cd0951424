"""The rules as options, and the dice that both Python and JavaScript can throw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Board = npt.NDArray[np.int8]
"""Shape (rows, columns), row 0 at the top: 0 empty, 1…colours a bubble, -1 grey."""

EMPTY = 0
GREY = -1

Scoring = Literal["bubblebreaker", "samegame"]
Refill = Literal["none", "random", "grey"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Size, colours, points and refill of a game.

    A move bursts a group: at least two bubbles of one colour that touch side by side or one above
    the other. What was above falls down; columns that are empty then close up to the left.

    ``scoring``: what a group of n gives. "bubblebreaker": 4 for a pair, n(n - 1) from three on, as
    the original of 2016 plays it. "samegame": (n - 2)².
    ``cleared_bonus``: points for the move that leaves no bubble at all.
    ``deduction``: whether the last move of a game that leaves bubbles costs (m - 2)² for each
    colour of which m ≥ 1 bubbles are left.
    ``refill``: what enters at the right for each column that was emptied. "none": nothing.
    "random": a full column of random colours. "grey": a full column that cannot burst and that
    counts ``grey_value`` points at once, in place of what nobody can know yet.
    """

    rows: int
    columns: int
    colours: int
    scoring: Scoring
    cleared_bonus: int = 0
    deduction: bool = False
    refill: Refill = "none"
    grey_value: int = 0

    def __post_init__(self) -> None:
        """Refuse, with a ValueError, what is no game."""
        if self.rows < 1 or self.columns < 1:
            raise ValueError(
                f"a board has at least one row and one column, not {self.rows} and {self.columns}"
            )
        if not 1 <= self.colours <= 126:
            raise ValueError(f"a board has 1 to 126 colours, not {self.colours}")
        if self.scoring not in ("bubblebreaker", "samegame"):
            raise ValueError(f"scoring is bubblebreaker or samegame, not {self.scoring!r}")
        if self.refill not in ("none", "random", "grey"):
            raise ValueError(f"refill is none, random or grey, not {self.refill!r}")

    @property
    def cells(self) -> int:
        """How many cells the board has."""
        return self.rows * self.columns

    def points(self, size: int) -> int:
        """Return what a group of ``size`` bubbles gives; 0 for what is too small to burst."""
        if size < 2:
            return 0
        if self.scoring == "samegame":
            return (size - 2) ** 2
        return 4 if size == 2 else size * (size - 1)

    def having(self, **changes: Any) -> Rules:
        """Return the same rules but for ``changes``: ``SAMEGAME.having(rows=8, columns=8)``."""
        return replace(self, **changes)


BUBBLE_BREAKER = Rules(rows=14, columns=10, colours=5, scoring="bubblebreaker", refill="random")
"""As the original of 2016 plays it."""

SAMEGAME = Rules(rows=15, columns=15, colours=5, scoring="samegame", cleared_bonus=1000)
"""The rules of the published records on the standard boards."""

SAMEGAME_DEDUCTION = SAMEGAME.having(deduction=True)
"""The same with points taken off for what is left."""

PRESETS = {
    "bubblebreaker": BUBBLE_BREAKER,
    "samegame": SAMEGAME,
    "samegame-deduction": SAMEGAME_DEDUCTION,
}

WORD = 0xFFFFFFFF


class Dice:
    """Random colours by xorshift32 (Marsaglia, 2003, shifts 13, 17, 5): the same in JavaScript.

    ``state`` is a whole number from 1 to 2³² - 1, and all that there is to know. A throw moves the
    state on and takes ``1 + floor(state * colours / 2**32)``.
    """

    __slots__ = ("state",)

    def __init__(self, state: int) -> None:
        """Go on from ``state``; see ``seeded`` for a first one."""
        if not 1 <= state <= WORD:
            raise ValueError(f"a state of the dice is from 1 to {WORD}, not {state}")
        self.state = state

    @classmethod
    def seeded(cls, seed: int) -> Dice:
        """Return the dice of a seed from 0 to 2³² - 1."""
        return cls(first_state(seed))

    def colour(self, colours: int) -> int:
        """Throw a colour from 1 to ``colours``."""
        x = self.state
        x ^= (x << 13) & WORD
        x ^= x >> 17
        x ^= (x << 5) & WORD
        self.state = x
        return 1 + (x * colours >> 32)


def first_state(seed: int) -> int:
    """Return the dice's first state: MurmurHash3's finaliser, so that neighbouring seeds differ much.

    ``seed``: 0 to 2³² - 1, else ValueError. The one seed whose state would be 0 has state 1.
    """
    if not 0 <= seed <= WORD:
        raise ValueError(f"a seed is from 0 to {WORD}, not {seed}")
    x = (seed + 0x9E3779B9) & WORD
    x = (x ^ (x >> 16)) * 0x85EBCA6B & WORD
    x = (x ^ (x >> 13)) * 0xC2B2AE35 & WORD
    return (x ^ (x >> 16)) or 1
