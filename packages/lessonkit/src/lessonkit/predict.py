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
predicted is kept by ``questions``, for the learner alone. The code of the page is in this folder: nothing
comes from, or goes to, the network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lessonkit.kernel import nobody_there
from lessonkit.questions import Question, Value

if TYPE_CHECKING:
    from lessonkit.predictpad import PredictPad


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

        from lessonkit.predictpad import PredictPad

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
