"""Predict, then see: a question that is answered before the cell that shows the answer.

In a lesson, in a cell tagged ``predict:cnn-shift``, and later in one tagged ``reveal:cnn-shift``::

    ask(
        "cnn-shift",
        "All digits are pushed five pixels to the right. How many of 100 are still read correctly?",
        unit="%", between=(0, 100), default=90,
    )

    reveal("cnn-shift", 100 * right["convolutions"][5])

Neither of them waits: the notebook goes on at once, and whoever predicts later sees both all the same. Where
nobody has answered, the default stands in, and one line says so; headless it always does. What was
predicted is kept by ``predictions``, for the learner alone.
"""

from __future__ import annotations

import html
import math
import numbers
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workshop.teach.live import in_notebook

if TYPE_CHECKING:
    from workshop.teach.predictpad import PredictPad

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


class Predictions:
    """What was asked in this kernel."""

    def __init__(self) -> None:
        """Start with nothing asked."""
        self._questions: dict[str, Question] = {}
        self._pads: dict[str, PredictPad] = {}

    def ask(
        self,
        name: str,
        question: str,
        *,
        default: Value,
        choices: Sequence[str] = (),
        between: tuple[float, float] = (-math.inf, math.inf),
        unit: str = "",
    ) -> None:
        """Ask a question and go on.

        Args:
            name: Lower case with hyphens, unique among all lessons; the answer is kept by it.
            question: The whole question.
            default: The answer that stands in where there is none.
            choices: The possible answers; without them a number is asked for.
            between: The lowest and the highest number.
            unit: Of the number, such as ``%``.

        Raises ValueError when the default is not a possible answer.
        """
        asked = Question(question, default, tuple(choices), *between, unit)
        if not asked.takes(default):
            raise ValueError(f"the default of {name} is not a possible answer: {default!r}")
        self._questions[name] = asked
        if (old := self._pads.pop(name, None)) is not None:
            old.close()
        if nobody_there():
            print(f"○ Nobody is here to predict; {asked.words(default)} stands in: {question}")
            return
        from IPython.display import display

        from workshop.teach.predictpad import PredictPad

        self._pads[name] = PredictPad(name, asked)
        display(self._pads[name])  # type: ignore[no-untyped-call]

    def reveal(self, name: str, outcome: Any) -> None:
        """Show what came out beside what was predicted.

        Args:
            name: Of the question.
            outcome: A number, or one of the choices; computed, not written down.

        Raises ValueError in a headless run when the outcome is none of the possible answers: the question is
        then at fault. A learner's notebook goes on.
        """
        value = outcome if isinstance(outcome, str) else float(outcome)
        asked = self._questions.get(name)
        if asked is None:
            print(f"○ It is {value}. Run the cell that asks for it, to predict before you see.")
            return
        if nobody_there():
            if not asked.takes(value):
                raise ValueError(f"{name}: {value!r} came out, which nobody could have predicted")
            stood_in, came = asked.words(asked.default), asked.words(value)
            print(f"○ Nobody predicted: {stood_in} stood in, {came} came out.")
            return
        if name in self._pads:
            self._pads[name].reveal(value)


_here = Predictions()
ask, reveal = _here.ask, _here.reveal


def nobody_there() -> bool:
    """Tell whether no learner sits before this notebook."""
    return "WORKSHOP_HEADLESS" in os.environ or not in_notebook()


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
