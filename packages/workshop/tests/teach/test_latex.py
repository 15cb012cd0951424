"""Formulas that look alike are one to a check; others are not."""

from __future__ import annotations

import pytest

from workshop.teach.latex import simplified

SOFTMAX = r"p_{i}=\frac{e^{s_{i}}}{\sum_{j}e^{s_{j}}}"
WARM = r"p_{i}=\frac{e^{s_{i}/T}}{\sum_{j}e^{s_{j}/T}}"


@pytest.mark.parametrize(
    "formula",
    [
        r"p_i = \frac{e^{s_i}}{\sum_j e^{s_j}}",
        r"$p_i = \dfrac{\mathrm{e}^{s_i}}{\sum\limits_{j=1}^{n} \mathrm{e}^{s_j}}$",
        r"p_{i}=\tfrac{\exp(s_{i})}{\sum_{j}\exp\left(s_{j}\right)}",
        r"p_i = \frac {{e}^{\,s_i}} {\displaystyle\sum^K_{j=0} \exp s_j}",
    ],
)
def test_formulas_that_look_alike_become_one(formula: str) -> None:
    assert simplified(formula) == SOFTMAX


@pytest.mark.parametrize(
    "formula",
    [
        r"p_i = \frac{e^{s_i / T}}{\sum_j e^{s_j / T}}",
        r"p_i = \frac{e^{\frac{s_i}{T}}}{\sum_j e^{\frac{s_j}{T}}}",
        r"p_i = \frac{\exp\left(\frac{s_i}{T}\right)}{\sum_{j=1}^n \exp(s_j / T)}",
        r"p_i = \frac{e^{(s_i / T)}}{\sum_j e^{\left(s_j/T\right)}}",
    ],
)
def test_a_fraction_within_a_power_stands_in_one_line(formula: str) -> None:
    assert simplified(formula) == WARM


@pytest.mark.parametrize(
    "formula",
    [
        r"p_i = \frac{e^s_i}{\sum_j e^s_j}",
        r"p_i = \frac{e^{s_i}}{\sum_j e^{s_i}}",
        r"p_i = \frac{e^{s_i}}{\sum_k e^{s_k}}",
        r"p_i = \frac{e^{s_i / T}}{\sum_j e^{s_j}}",
        r"p_i = \frac{e^{s_i}}{e^{s_j}}",
    ],
)
def test_different_formulas_are_not_equal(formula: str) -> None:
    assert simplified(formula) not in (SOFTMAX, WARM)


@pytest.mark.parametrize(
    "formula", [r"\frac{e^{s_i}}{\sum_j e^{s_j}", r"\frac{a}{b}}", r"e^", r"\frac{a}", r"\exp(s_i", r"}"]
)
def test_braces_that_do_not_fit_are_told(formula: str) -> None:
    with pytest.raises(ValueError, match="count"):
        simplified(formula)
