"""What a short expression of JavaScript is worth: as in a browser, and nothing else is read."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("IPython")

from workshop.teach.mouse import worked_out


@pytest.mark.parametrize(
    ("expression", "worth"),
    [
        ("Math.exp(score / slider.value)", math.exp(1.5)),
        ("Math.E ** (score / slider.value)", math.exp(1.5)),
        ("Math.pow(Math.E, score/slider.value)", math.exp(1.5)),
        ("Math.exp(-score) + 2 * score - 1", math.exp(-3) + 5),
        (" 2 ", 2.0),
    ],
)
def test_an_expression_is_worked_out(expression: str, worth: float) -> None:
    assert worked_out(expression, score=3, slider_value=2) == pytest.approx(worth)


@pytest.mark.parametrize("expression", ["Math.exp(score / T)", "exp(score)", "Math.log(score)", "slider"])
def test_a_name_that_the_browser_does_not_know_is_told(expression: str) -> None:
    with pytest.raises(NameError, match="the browser does not know"):
        worked_out(expression, score=3, slider_value=2)


@pytest.mark.parametrize(
    "expression",
    ["", "score /", "score => score", "Math.exp(score);", "[score]", "'3'", "True", "score if 1 else 2"],
)
def test_what_is_no_expression_of_numbers_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"not an expression|cannot compute"):
        worked_out(expression, score=3, slider_value=2)
