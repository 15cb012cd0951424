"""A question that is answered before its answer is shown: asked, kept for the learner alone, and revealed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lessonkit import kernel, questions
from lessonkit.predict import Predictions
from lessonkit.questions import Question

SHARE = Question("How many of 100?", 50, low=0, high=100, unit="%")


@pytest.fixture
def shown(state: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a notebook before which somebody sits displays."""
    found: list[Any] = []

    class Handle:
        def update(self, thing: object) -> None:
            found.append(thing)

    def display(thing: object, *, display_id: bool = False) -> Handle | None:
        found.append(thing)
        return Handle() if display_id else None

    monkeypatch.delenv("LESSONKIT_HEADLESS", raising=False)
    monkeypatch.setattr(kernel, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    return found


def ask(asked: Predictions) -> None:
    asked.ask("share", SHARE.text, between=(0, 100), unit="%", default=50)


def test_a_prediction_is_shown_next_to_the_result(shown: list[Any]) -> None:
    asked = Predictions()
    ask(asked)
    (pad,) = shown
    pad.answer = 70
    assert pad.outcome == "", "nobody sees it before a cell has computed it"
    asked.reveal("share", np.float32(66.25))
    assert (pad.outcome, repr(shown[-1])) == ("66.2 %", "● You predicted 70 %; it is 66.2 %.")


def test_a_prediction_made_after_the_result_is_still_shown_next_to_it(shown: list[Any]) -> None:
    asked = Predictions()
    ask(asked)
    asked.reveal("share", 66)
    assert repr(shown[-1]) == "○ You predicted nothing, so 50 % stands in; it is 66 %."
    shown[0].answer = 66
    assert repr(shown[-1]) == "● You predicted 66 %, and so it is."


def test_an_answer_is_there_after_the_kernel_was_restarted_and_only_for_this_account(
    shown: list[Any], state: Path
) -> None:
    ask(Predictions())
    shown[0].answer = 70
    assert shown[0].kept
    ask(anew := Predictions())
    assert shown[-1].answer == 70
    anew.reveal("share", 66)
    assert repr(shown[-1]) == "● You predicted 70 %; it is 66 %."
    (file,) = questions.folder().iterdir()
    assert json.loads(file.read_text())["value"] == 70
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert questions.folder().is_relative_to(state.parent)


@pytest.mark.parametrize("damage", ["", "[]", '{"value": 700}', '{"value": "many"}', '{"value": true}'])
def test_a_kept_answer_that_is_damaged_or_out_of_range_is_ignored(shown: list[Any], damage: str) -> None:
    questions.keep("share", 1)
    (questions.folder() / "share.json").write_text(damage)
    ask(Predictions())
    assert shown[-1].answer is None
    shown[-1].answer = 101
    assert (shown[-1].answer, shown[-1].kept) == (None, True)


def test_a_prediction_that_cannot_be_saved_still_counts_in_this_kernel(shown: list[Any], state: Path) -> None:
    state.parent.parent.mkdir(parents=True)
    state.parent.write_text("a file where a folder should be")
    asked = Predictions()
    ask(asked)
    shown[0].answer = 70
    asked.reveal("share", 66)
    assert (shown[0].kept, repr(shown[-1])) == (False, "● You predicted 70 %; it is 66 %.")


def test_headless_the_default_stands_in_and_nothing_is_kept_or_read(
    shown: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions.keep("share", 70)
    monkeypatch.setenv("LESSONKIT_HEADLESS", "1")
    asked = Predictions()
    ask(asked)
    asked.reveal("share", 66)
    assert capsys.readouterr().out.splitlines() == [
        "○ Nobody is here to predict; 50 % stands in: How many of 100?",
        "○ Nobody predicted: 50 % stood in, 66 % came out.",
    ]
    assert shown == []
    # A question that nobody could have answered rightly is a fault of the lesson, found where it is tested.
    with pytest.raises(ValueError, match="nobody could have predicted"):
        asked.reveal("share", 101)


def test_a_result_outside_the_scale_does_not_stop_a_learners_notebook(
    shown: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Predictions()
    asked.reveal("share", 66)
    assert capsys.readouterr().out.startswith("○ It is 66.0. Run the cell that asks for it")
    ask(asked)
    asked.reveal("share", 130)
    assert "it is 130 %" in repr(shown[-1])
    assert 'cx="292"' in shown[-1]._repr_html_(), "the dot stays on the scale"


def test_an_answer_can_be_taken_back(shown: list[Any], state: Path) -> None:
    ask(Predictions())
    shown[0].answer = 70
    shown[0].answer = None
    assert not list(questions.folder().iterdir())
    ask(Predictions())
    assert shown[-1].answer is None
