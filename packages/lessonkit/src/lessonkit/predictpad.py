"""The widget that asks a question, and later shows what came out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import traitlets

from lessonkit import questions
from lessonkit.questions import Line, Question, Value
from lessonkit.widgets import StillWidget


class PredictPad(StillWidget):
    """Asks a question; what was answered to it before stands in it."""

    _esm = Path(__file__).with_name("predictpad.js")
    _css = Path(__file__).with_name("predictpad.css")
    question = traitlets.Dict({}).tag(sync=True)
    """``text``, ``choices``, ``low``, ``high`` (None: no limit) and ``unit``."""
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    """What was predicted: a number, one of the choices, or None."""
    words = traitlets.Unicode("").tag(sync=True)
    """What was predicted, in words: the page writes it as the sentence below it does."""
    outcome = traitlets.Unicode("").tag(sync=True)
    """What came out, in words; empty until a later cell has shown it."""
    kept = traitlets.Bool(True).tag(sync=True)
    """Whether the answer could be kept beyond this kernel."""

    def __init__(self, name: str, asked: Question) -> None:
        """Take the question and its name; an answer that was kept must still be a possible one."""
        low, high = (limit if math.isfinite(limit) else None for limit in (asked.low, asked.high))
        before = questions.kept(name)
        super().__init__(
            question={
                "text": asked.text,
                "choices": list(asked.choices),
                "low": low,
                "high": high,
                "unit": asked.unit,
            },
            answer=before if asked.takes(before) else None,
        )
        self.name, self.asked = name, asked
        self.words = self._words()
        self._found: Value | None = None
        self._handle: Any = None
        self.observe(self._answered, names="answer")

    def reveal(self, outcome: Value) -> None:
        """Show what came out, here and in the output of the cell that runs."""
        from IPython.display import display

        self._found, self.outcome = outcome, self.asked.words(outcome)
        self._handle = display(self._line(), display_id=True)  # type: ignore[no-untyped-call]

    def _words(self) -> str:
        return "" if self.answer is None else self.asked.words(self.answer)

    def _line(self) -> Line:
        assert self._found is not None
        return Line(self.asked, self.answer, self._found)

    def _answered(self, change: Any) -> None:
        """Keep what the page sends, and forget what the learner takes back."""
        if change["new"] is None:
            questions.forget(self.name)
        elif self.asked.takes(change["new"]):
            self.kept = questions.keep(self.name, change["new"])
        else:
            self.answer = None
            return
        self.words = self._words()
        if self._handle is not None:
            self._handle.update(self._line())

    def still(self) -> dict[str, str]:
        """Return the question."""
        return {"text/plain": f"Predict: {self.asked.text}"}
