"""The tables of the command, as people see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from lessonkit.catalogue import BUDGET_UNITS, About, Notebook, Profile
from lessonkit.judging import Result
from lessonkit.minutes import minutes_here
from lessonkit.proof import Verdict
from lessonkit.shortpath import path_minutes

_MARKS = {True: Text("yes", style="green"), False: Text("no", style="red"), None: Text("not run")}
_TIGHT: dict[str, Any] = {"box": SIMPLE, "pad_edge": False, "padding": (0, 1, 0, 0)}
"""A table without lines between its columns, which leaves them more room."""
WIDE = 100
"""Columns of a terminal that has room for the lessons' titles beside their names."""


def lessons_table(
    lessons: dict[str, About],
    slowness: float | None = None,
    short: dict[str, float | None] | None = None,
    *,
    width: int = WIDE,
    budgets: bool = False,
) -> Table:
    """Return the table of ``list``; with this machine's slowness its minutes are those here.

    ``short`` has the minutes of the ten-minute paths. Where the ``width`` is too small for a column of titles
    they stand below the names.
    """
    figures = [_right("minutes"), *([] if slowness is None else [_right("waiting")]), _right("short")]
    wide = width >= WIDE
    first = [_names(lessons), Column("title")] if wide else [Column("lesson", min_width=_longest(lessons))]
    limits = map(str, Profile if budgets else ())
    table = Table(*first, Column("kernel", no_wrap=True), *figures, *limits, **_TIGHT)
    for name, told in lessons.items():
        minutes = ["" if told.minutes is None else f"{told.minutes:g}"]
        if slowness is not None:
            found = minutes_here(told, slowness)
            minutes = ["", ""] if found is None else [f"{found.whole:.0f}", f"{found.waiting:.0f}"]
        path = (short or {}).get(name)
        minutes.append("" if path is None else f"{path:.0f}")
        allowed = [_budget(told.budget.get(profile, {})) for profile in Profile] if budgets else []
        whose = [name, told.title] if wide else [Text.assemble(f"{name}\n  ", (told.title, "dim"))]
        table.add_row(*whose, told.kernel, *minutes, *allowed)
    return table


def short_minutes(told: About, notebook: Notebook) -> float | None:
    """Return the minutes of a lesson's ten-minute path, if it has one that was measured."""
    return None if told.short_work is None else round(path_minutes(notebook, told.short_work), 1)


def pace_line(slowness: float | None) -> str:
    """Say what the figures of the table are."""
    short = "Short: those of its ten-minute path, the cells that begin with ◆."
    if slowness is None:
        return f"Minutes of the reference machine. {short}"
    return (
        f"Minutes on this machine, whose slowness is {slowness:g} (the reference machine's is 1). "
        f"Waiting: how many of them cells run, at most. {short}"
    )


def _budget(limits: dict[str, float]) -> str:
    """Write a budget in short."""
    return "\n".join(f"{value:g} {BUDGET_UNITS[key]}" for key, value in limits.items())


def results_table(results: list[Result]) -> Table:
    """Return the table of ``run``."""
    figures = [_right(heading) for heading in ("seconds", "work", "peak MB")]
    names = _names(result.name for result in results)
    table = Table(names, "profile", *figures, "metrics", "passed", **_TIGHT)
    for result in results:
        metrics = "\n".join(f"{name} {_figure(value)}" for name, value in result.metrics.items())
        passed = _MARKS[result.passed].copy()
        if result.passed and result.exercises_open:
            passed.append(f"\nexercises open: {len(result.exercises_open)}")
        if result.runs > 1:
            passed.append("\nbetter of two runs")
        table.add_row(
            result.name,
            str(result.profile),
            f"{result.seconds:.1f}",
            f"{result.work:.1f}" + (f" of {result.budget:g}" if result.budget else ""),
            f"{result.peak_rss_mb:.0f}" if result.peak_rss_mb else "",
            metrics,
            passed,
        )
    return table


def yardstick_line(results: list[Result]) -> str:
    """Return what the yardstick measured during all runs, in one line."""
    slowness = [result.slowness for result in results if result.seconds] or [1.0]
    noise = max((result.noise for result in results), default=0.0)
    least, most = f"{min(slowness):.2f}", f"{max(slowness):.2f}"
    return (
        f"Work is CPU-s by this machine's slowness: {least if least == most else f'{least} to {most}'} "
        f"times the reference, noise up to {noise:.0%}"
    )


def verdicts_table(verdicts: list[Verdict]) -> Table:
    """Return the table of ``check``."""
    names = _names(verdict.name for verdict in verdicts)
    headings = ("clean file", "passes solved", "stubs not done", "wrong is wrong")
    marks = [Column(heading, min_width=_longest(heading.split())) for heading in headings]
    table = Table(names, *marks, Column("mutants rejected", justify="right", min_width=8), **_TIGHT)
    for verdict in verdicts:
        statements = (verdict.clean, verdict.solved, verdict.stubs, verdict.wrong)
        share = f"{verdict.rejected} of {verdict.mutants}" if verdict.mutants else ""
        table.add_row(verdict.name, *(_MARKS[statement] for statement in statements), share)
    return table


def _figure(value: float | int | str | bool) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _names(names: Iterable[str]) -> Column:
    """Return the column of the lessons' names, which are never cut: they are to be typed again."""
    return Column("lesson", no_wrap=True, min_width=_longest(names))


def _longest(names: Iterable[str]) -> int:
    return max(map(len, names), default=0)


def _right(heading: str) -> Column:
    """Return a column for figures."""
    return Column(heading, justify="right", no_wrap=True)
