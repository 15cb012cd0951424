"""The verdict on a run: each figure and each metric, and when a second run decides."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from lessonkit.catalogue import Profile, about
from lessonkit.jobs import Failure, Outcome
from lessonkit.judging import Result, best_of_runs, judge
from lessonkit.runner import Executed

from . import building

code, notebook = building.code, building.notebook


def outcome(**values: Any) -> Outcome:
    return Outcome(**{"seconds": 10.0, "cpu_seconds": 8.0, "peak_rss_mb": 500.0, **values})


def verdict(
    result: Outcome, profile: Profile = Profile.FULL, shown: str = '{"a": 0.9}', **settings: Any
) -> str:
    """Judge an outcome whose one cell showed ``shown``."""
    cell = {**code("", "metrics", name="end"), "outputs": [{"output_type": "stream", "text": shown}]}
    lesson = notebook(cell, **settings)
    return judge("it", about("it", lesson), Executed(result, lesson, [1]), profile, solved=False).why


def test_each_figure_over_its_budget_is_told() -> None:
    budget = {"full": {"work": 7.5, "rss_mb": 499}, "fast": {"work": 8}}
    assert verdict(outcome(noise=0.04), budget=budget) == (
        "took 8.0 s of work (8.0 CPU-s, slowness 1.00, noise 4%), budget 7.5 s of work; "
        "took 500.0 MB, budget 499 MB"
    )
    assert verdict(outcome(), Profile.FAST, budget=budget) == ""


@pytest.mark.parametrize(("slowness", "passes"), [(1.0, False), (2.0, True), (0.5, False)])
def test_on_a_slow_machine_a_lesson_may_take_longer(slowness: float, passes: bool) -> None:
    settings: dict[str, Any] = {"budget": {"full": {"work": 7.5}}}
    assert (verdict(outcome(slowness=slowness), **settings) == "") == passes
    bars = {"a": {"max": 0.5, "unit": "yardstick"}}
    assert (verdict(outcome(slowness=slowness), bars=bars) == "") == passes


@pytest.mark.parametrize(
    ("bar", "told"),
    [
        ({"min": 0.9, "max": 0.9}, ""),
        ({"min": 0.91}, "a is 0.9, bar at least 0.91"),
        ({"max": 0.89}, "a is 0.9, bar at most 0.89"),
        ({"min": 0.91, "profiles": ["fast"]}, ""),
    ],
)
def test_a_metric_that_misses_its_bar_is_told(bar: dict[str, Any], told: str) -> None:
    assert verdict(outcome(), bars={"a": bar}) == told


def test_a_bar_without_a_number_fails() -> None:
    assert verdict(outcome(), bars={"b": {"min": 1}}) == "the metric b has a bar but no number"
    assert (
        verdict(outcome(), shown='{"b": "x"}', bars={"b": {"min": 1}})
        == "the metric b has a bar but no number"
    )


def test_a_run_that_broke_off_is_told_by_its_first_cause_only() -> None:
    broken = outcome(failure=Failure(0, "ValueError", "ValueError: x"))
    assert verdict(broken, shown="", bars={"a": {"min": 1}}, budget={"full": {"work": 1}}) == (
        "cell 1 (id end): ValueError: x"
    )


def best(runs: list[Outcome], shown: str = "", **settings: Any) -> tuple[Result, list[Outcome]]:
    """Judge as many of the runs as are wanted; return the result and the runs that were left over."""
    cell = {**code("", "metrics", name="one"), "outputs": [{"output_type": "stream", "text": shown}]}
    lesson = notebook(cell if shown else code("", name="one"), **settings)
    left: Iterator[Outcome] = iter(runs)
    result, ran = best_of_runs(
        *("it", about("it", lesson), Profile.FULL),
        lambda: Executed(next(left), lesson, [1]),
        solved=False,
    )
    assert ran.outcome.cpu_seconds == result.cpu_seconds
    return result, list(left)


BUDGET: dict[str, Any] = {"budget": {"full": {"work": 10, "rss_mb": 900}}}


def took(cpu_seconds: float, **values: Any) -> Outcome:
    return outcome(**{"cpu_seconds": cpu_seconds, "noise": 0.05, **values})


@pytest.mark.parametrize(
    ("first", "second", "passes", "figure", "close"),
    [
        (10.4, 9.9, True, 9.9, False),
        (50.0, 9.9, True, 9.9, False),
        (50.0, 10.2, False, 10.2, True),
        (10.2, 13.0, False, 10.2, True),
        (50.0, 13.0, False, 13.0, False),
    ],
)
def test_a_lesson_that_took_too_long_is_run_again_when_all_is_compiled(
    first: float, second: float, passes: bool, figure: float, close: bool
) -> None:
    result, left = best([took(first), took(second)], **BUDGET)
    assert (result.passed, result.cpu_seconds, result.runs, left) == (passes, figure, 2, [])
    assert result.close is close, "it may be noise still"


def test_so_is_one_that_took_too_much_memory_or_by_its_own_clock_too_long() -> None:
    result, _ = best([took(9.0, peak_rss_mb=901.0), took(9.0)], **BUDGET)
    assert (result.passed, result.runs) == (True, 2)
    bars = {"a": {"max": 0.5, "unit": "yardstick"}}
    result, _ = best([took(9.0), took(8.0)], '{"a": 0.9}', bars=bars, **BUDGET)
    assert (result.passed, result.runs) == (False, 2)


@pytest.mark.parametrize("clear", [took(9.9), took(10.4, failure=Failure(0, "ValueError", "ValueError: x"))])
def test_a_verdict_that_no_second_run_can_change_stands_after_one(clear: Outcome) -> None:
    result, left = best([clear, took(1.0)], **BUDGET)
    assert (result.runs, len(left), result.close) == (1, 1, False)
    assert result == dataclasses.replace(result, passed=clear.cpu_seconds < 10)
