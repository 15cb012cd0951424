"""A question before the cell that answers it: what an answer may be, how it reads beside what came out.

What a learner answers is kept for the learner alone: one small file for each question, in the account's own
state folder, readable by that account only, outside the notebooks, which are saved, synced and handed on. It
is still there after the kernel was restarted.
"""

from __future__ import annotations

import contextlib
import html
import json
import math
import numbers
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessonkit.files import write_whole

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600

Value = float | str
"""A number, or one of the choices."""


@dataclass(frozen=True)
class Question:
    """What is asked, and what an answer may be: one of the choices, or a number within a range."""

    text: str
    default: Value
    """What stands in where nobody has answered."""
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""

    def takes(self, value: object) -> bool:
        """Tell whether a value can be an answer."""
        if self.choices:
            return value in self.choices
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        return is_number and self.low <= float(value) <= self.high  # type: ignore[arg-type]

    def words(self, value: Value) -> str:
        """Write an answer: a choice in quotes, a number in three digits with its unit."""
        if isinstance(value, str):
            return f"“{value}”"
        plain = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        return f"{plain} {self.unit}".strip()


def sentence(asked: Question, predicted: Value | None, outcome: Value) -> str:
    """Say in one line what was predicted, and what came out.

    ``predicted`` is None where nobody has answered.
    """
    came = f"it is {asked.words(outcome)}"
    if predicted is None:
        return f"○ You predicted nothing, so {asked.words(asked.default)} stands in; {came}."
    # As it is written: who reads 66.2 twice must not be told that they differ.
    if asked.words(predicted) == asked.words(outcome):
        return f"● You predicted {asked.words(predicted)}, and so it is."
    return f"● You predicted {asked.words(predicted)}; {came}."


class Line:
    """The sentence, as text, and for a browser with both numbers on a scale."""

    def __init__(self, asked: Question, predicted: Value | None, outcome: Value) -> None:
        """Take what was asked, predicted (None: nothing) and found."""
        self.asked, self.predicted, self.outcome = asked, predicted, outcome

    def __repr__(self) -> str:
        """Return the sentence alone."""
        return sentence(self.asked, self.predicted, self.outcome)

    def _repr_html_(self) -> str:
        style = "border-left: 4px solid #3a7bd5; padding: 2px 8px"
        return f'<div role="status" style="{style}">{html.escape(repr(self))}{self._scale()}</div>'

    def _scale(self) -> str:
        """Return a line from the lowest to the highest number, with a ring and a dot on it."""
        low, high = self.asked.low, self.asked.high
        if self.asked.choices or not math.isfinite(high - low) or isinstance(self.outcome, str):
            return ""
        mine = self.asked.default if self.predicted is None else self.predicted

        def place(value: Value) -> float:
            return 8 + 284 * min(1.0, max(0.0, (float(value) - low) / (high - low)))

        marks = '<line x1="8" x2="292" y1="8" y2="8" stroke="#888" stroke-width="2"/>'
        ring = f'<circle cx="{place(mine):.0f}" cy="8" r="6" fill="none" stroke="#d9822b" stroke-width="3"/>'
        dot = f'<circle cx="{place(self.outcome):.0f}" cy="8" r="4" fill="#3a7bd5"/>'
        picture = f'<svg width="300" height="16" style="max-width: 100%">{marks}{dot}{ring}</svg>'
        legend = (
            f"{self.asked.words(low)} to {self.asked.words(high)}; "
            f"ring: {'the default' if self.predicted is None else 'you'}, dot: what came out"
        )
        return f'<div aria-hidden="true">{picture}<br><small>{html.escape(legend)}</small></div>'


def folder() -> Path:
    """Return where this account's predictions lie; the folder need not be there."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return state / "lessonkit" / "predictions"


def keep(name: str, value: float | str) -> bool:
    """Keep the answer to a question in place of an earlier one; return whether it could be kept."""
    place = folder()
    document = {"value": value, "day": time.strftime("%Y-%m-%d")}
    try:
        place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        place.chmod(PRIVATE_FOLDER)
        write_whole(place / f"{name}.json", json.dumps(document) + "\n", PRIVATE_FILE)
    except OSError:
        return False
    return True


def kept(name: str) -> Any:
    """Return the answer that was kept, as JSON gives it; None where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))["value"]
    return None


def forget(name: str) -> None:
    """Remove the answer to a question."""
    with contextlib.suppress(OSError):
        (folder() / f"{name}.json").unlink()
