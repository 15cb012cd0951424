"""The verdict on a run: its figures against the lesson's budget and bars.

Budgets are for a machine whose compile cache is warm. The first run of a lesson may have compiled, and may
have met a busy minute. So a lesson that only takes too long, or too much memory, is run a second time, when
all is compiled, and the better run counts.

Time is counted in work (see ``yardstick``), and the yardstick has some noise. If the better run is over a
limit on time by little, the verdict is ``close``: a busy minute lasts longer than a lesson, so whoever runs
several tries it once more after the others.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lessonkit.catalogue import (
    BUDGET_UNITS,
    MEMORY,
    WORK,
    About,
    Bar,
    Cell,
    Lesson,
    Notebook,
    Profile,
    about,
    tags_of,
)
from lessonkit.errors import LessonkitError
from lessonkit.jobs import Failure, Outcome, Told
from lessonkit.runner import Executed, Progress, RunOptions, keep, run_notebook, solutions_of
from lessonkit.shortpath import LONGEST, SHORT_PATH, is_on_path, path_minutes

Metric = float | int | str | bool

CLOSE = 0.1
"""A lesson that is over a limit on time by no more than this share of it is close, whatever the noise."""


@dataclass(frozen=True)
class Result:
    """One run of one lesson and the verdict on it; the fields are those of ``--json``."""

    name: str
    profile: Profile
    seconds: float
    cpu_seconds: float
    peak_rss_mb: float
    passed: bool
    why: str
    """Every reason for which it did not pass, in one line; empty when it passed."""
    metrics: dict[str, Metric] = field(default_factory=dict)
    exercises_open: list[str] = field(default_factory=list)
    """The exercises whose checks did not find a right answer, in a run without solutions."""
    answers: dict[str, str] = field(default_factory=dict)
    """For each exercise what its check found: not done, wrong or right."""
    network: str = ""
    """How the network was cut: namespace; or open, where the system does not allow that."""
    work: float = 0.0
    """The processor seconds, divided by the slowness."""
    budget: float | None = None
    """The work that the lesson may take."""
    slowness: float = 1.0
    noise: float = 0.0
    runs: int = 1
    """More than one when the first run took too much; this is the better one."""
    close: bool = False
    """Nothing but times speak against it, and by so little that it may be noise."""


@dataclass(frozen=True)
class Fault:
    """A reason why a run does not pass."""

    text: str
    excess: float = math.inf
    """For a time that is too long by how much, relative to its limit."""
    taken: bool = False
    """It is time or memory that a second run, with all compiled, may take less of."""


def run_lesson(lesson: Lesson, how: RunOptions, progress: Progress, *, solved: bool = False) -> Result:
    """Run one lesson and hold it against its budget and its bars.

    Whatever is wrong with the lesson is said in the result; OSError passes, e.g. for a full disk.
    """
    try:
        notebook = lesson.read()
        told = about(lesson.name, notebook)
        if how.short_path:
            told = _of_path(lesson.name, told, notebook)
        if not how.measured:
            told = _without_figures(told)
        solutions = solutions_of(notebook, how, wanted=solved)
        result, ran = best_of_runs(
            lesson.name,
            told,
            how.profile,
            lambda: run_notebook(lesson, told, notebook, how, progress, solutions),
            solved=solved,
        )
    except LessonkitError as error:
        return Result(lesson.name, how.profile, 0.0, 0.0, 0.0, passed=False, why=str(error))
    if how.output is not None:
        keep(ran.notebook, how.output / f"{lesson.name}.ipynb")
    return result


def _of_path(name: str, told: About, notebook: Notebook) -> About:
    """Return what the ten-minute path is held against: ten minutes and the lesson's memory; no bars.

    Raises LessonkitError when the lesson has no such path.
    """
    if not any(map(is_on_path, notebook["cells"])):
        raise LessonkitError(f"{name}: no cell is tagged {SHORT_PATH}")
    most = 60 * (LONGEST - path_minutes(notebook, 0))
    return replace(
        told,
        bars={},
        budget={profile: {**limits, WORK: round(most, 1)} for profile, limits in told.budget.items()},
    )


def _without_figures(told: About) -> About:
    """Return what a run is held against that nobody measured: its bars, but for those on time."""
    return replace(told, budget={}, bars={name: bar for name, bar in told.bars.items() if not bar.yardstick})


def best_of_runs(
    name: str, told: About, profile: Profile, run: Callable[[], Executed], *, solved: bool
) -> tuple[Result, Executed]:
    """Judge a run; where it only took too much, judge a second one and take the better."""
    ran = run()
    result = judge(name, told, ran, profile, solved=solved)
    if result.passed or not all(fault.taken for fault in faults_of(told, ran, profile, solved=solved)):
        return result, ran
    again = run()
    second = judge(name, told, again, profile, solved=solved)
    if second.passed or second.work < result.work:
        result, ran = second, again
    return replace(result, runs=2), ran


def better(first: Result, later: Result) -> Result:
    """Return the better of two results of one lesson, with the runs of both."""
    best = later if later.passed or (later.close and later.work < first.work) else first
    return replace(best, runs=first.runs + later.runs)


def judge(name: str, told: About, ran: Executed, profile: Profile, *, solved: bool) -> Result:
    """Hold a run against the lesson's budget and bars."""
    outcome = ran.outcome
    faults = faults_of(told, ran, profile, solved=solved)
    return Result(
        name=name,
        profile=profile,
        seconds=outcome.seconds,
        cpu_seconds=outcome.cpu_seconds,
        peak_rss_mb=outcome.peak_rss_mb,
        passed=not faults,
        why="; ".join(fault.text for fault in faults),
        metrics=read_metrics(ran)[0],
        exercises_open=[] if solved else list(_open(outcome)),
        answers={exercise: told.answer for exercise, told in outcome.answers.items()},
        network=outcome.network,
        work=round(outcome.cpu_seconds / outcome.slowness, 2),
        budget=told.budget.get(profile, {}).get(WORK),
        slowness=outcome.slowness,
        noise=outcome.noise,
        close=bool(faults) and all(fault.excess <= max(outcome.noise, CLOSE) for fault in faults),
    )


def _open(outcome: Outcome) -> dict[str, Told]:
    """Return the exercises whose answers are not right, and what their checks say."""
    return {exercise: told for exercise, told in outcome.answers.items() if told.answer != "right"}


def faults_of(told: About, ran: Executed, profile: Profile, *, solved: bool) -> list[Fault]:
    """Return every reason why a run does not pass."""
    outcome = ran.outcome
    faults = [] if outcome.failure is None else [Fault(ran.place(outcome.failure))]
    if solved:
        faults += [
            Fault(f"check:{exercise} finds the solution {told.answer}: {told.message}")
            for exercise, told in _open(outcome).items()
        ]
    # A run that broke off has neither its figures nor its metrics to be judged by.
    if outcome.failure is None:
        metrics, unreadable = read_metrics(ran)
        faults += map(Fault, unreadable)
        faults += over_budget(told, outcome, profile) + under_bars(told, metrics, outcome, profile)
    return faults


def read_metrics(ran: Executed) -> tuple[dict[str, Metric], list[str]]:
    """Return what the metrics cells show, and what is wrong with those that show nothing."""
    metrics: dict[str, Metric] = {}
    faults = []
    for index, cell in enumerate(ran.notebook["cells"]):
        if "metrics" in tags_of(cell):
            try:
                metrics |= metrics_in(cell)
            except ValueError as error:
                faults.append(ran.place(Failure(index, "", f"tagged metrics, {error}")))
    return metrics, faults


def shares(told: About, ran: Executed, profile: Profile) -> dict[str, float]:
    """Return how much of each limit on work, memory and time a run took; 1 is all of it.

    Another kind of processor does one thing faster and another slower than the yardstick says: what is near 1
    on this one may be over it on the next.
    """
    metrics, _ = read_metrics(ran)
    slowness = ran.outcome.slowness
    timed = {
        name: (float(value) / slowness, bar.maximum)
        for name, bar in told.bars.items()
        if bar.yardstick and profile in bar.profiles and isinstance(value := metrics.get(name), float | int)
    }
    budgeted = {key: (_taken(ran.outcome)[key], limit) for key, limit in told.budget.get(profile, {}).items()}
    return {name: round(value / most, 2) for name, (value, most) in {**budgeted, **timed}.items() if most > 0}


def _taken(outcome: Outcome) -> dict[str, float]:
    return {WORK: outcome.cpu_seconds / outcome.slowness, MEMORY: outcome.peak_rss_mb}


def over_budget(told: About, outcome: Outcome, profile: Profile) -> list[Fault]:
    """Return the figures that are over the lesson's budget."""
    taken = _taken(outcome)
    beside = {WORK: f" ({outcome.cpu_seconds:.1f} CPU-s, {yardstick(outcome.slowness, outcome.noise)})"}
    return [
        Fault(
            f"took {taken[key]:.1f} {BUDGET_UNITS[key]}{beside.get(key, '')}, "
            f"budget {limit:g} {BUDGET_UNITS[key]}",
            taken[key] / limit - 1 if key == WORK and limit else math.inf,
            taken=True,
        )
        for key, limit in told.budget.get(profile, {}).items()
        if taken[key] > limit
    ]


def yardstick(slowness: float, noise: float) -> str:
    """Say what the yardstick measured."""
    return f"slowness {slowness:.2f}, noise {noise:.0%}"


def under_bars(told: About, metrics: dict[str, Metric], outcome: Outcome, profile: Profile) -> list[Fault]:
    """Return the metrics that miss their bar or are not there."""
    faults = []
    for name, bar in told.bars.items():
        if profile not in bar.profiles:
            continue
        value = metrics.get(name)
        if isinstance(value, str) or value is None:
            faults.append(Fault(f"the metric {name} has a bar but no number"))
        else:
            faults += _missed(name, value, bar, outcome)
    return faults


def _missed(name: str, shown: float, bar: Bar, outcome: Outcome) -> list[Fault]:
    """Return the fault of a metric that misses its bar."""
    value, unit, excess = shown, "", math.inf
    if bar.yardstick:
        value = shown / outcome.slowness
        unit = f" ({shown:g} CPU, {yardstick(outcome.slowness, outcome.noise)})"
        excess = value / bar.maximum - 1 if bar.maximum else math.inf
    if value < bar.minimum:
        return [Fault(f"{name} is {value:g}{unit}, bar at least {bar.minimum:g}")]
    if value > bar.maximum:
        text = f"{name} is {value:.4g}{unit}, bar at most {bar.maximum:g}"
        return [Fault(text, excess, taken=bar.yardstick)]
    return []


def metrics_in(cell: Cell) -> dict[str, Metric]:
    """Return the metrics that an executed cell shows; the last output that is an object counts.

    Raises ValueError when there is none, or when a value is neither a finite number nor a text nor
    a truth value.
    """
    for output in reversed(cell.get("outputs", [])):
        found = _object_in(output)
        if found is not None:
            return {str(name): _sound(name, value) for name, value in found.items()}
    raise ValueError("shows no JSON object; end the cell with print(json.dumps({...}))")


def _object_in(output: dict[str, Any]) -> dict[Any, Any] | None:
    """Return the object that one output shows, if it does."""
    data = output.get("data", {})
    if isinstance(data.get("application/json"), dict):
        shown: dict[Any, Any] = data["application/json"]
        return shown
    text = (
        _text(output.get("text")) if output.get("output_type") == "stream" else _text(data.get("text/plain"))
    )
    lines = text.strip().splitlines()
    return _parse(text) or (_parse(lines[-1]) if lines else None)


def _text(value: str | list[str] | None) -> str:
    return "".join(value or "")


def _parse(text: str) -> dict[Any, Any] | None:
    """Read a text as a JSON object or as a Python dict of plain values."""
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text.strip())
        except (ValueError, SyntaxError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _sound(name: object, value: Any) -> Metric:
    """Refuse a value that a bar cannot be held against and JSON cannot carry."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"the metric {name} is {value}")
    if not isinstance(value, float | int | str | bool):
        raise ValueError(f"the metric {name} must be a number, a text or a truth value, not {value!r}")
    return value
