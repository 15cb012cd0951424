"""What people see: the tables of lessons, runs and checks, and the progress of a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column, Table

from workshop.lessons.checks import Verdict
from workshop.lessons.judging import Result
from workshop.lessons.model import BUDGET_UNITS, About, Profile
from workshop.lessons.pace import minutes_here
from workshop.lessons.runner import Progress as Report
from workshop.output import messages

_MARKS = {True: "[green]yes[/]", False: "[red]no[/]", None: "not run"}


@contextlib.contextmanager
def progress(title: str) -> Iterator[Report]:
    """Show how far a run is: a bar on a terminal, one line elsewhere; both on stderr."""
    if not messages.is_terminal:
        messages.print(f"{title} …", markup=False, highlight=False)
        yield lambda cell, cells: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda cell, cells: bar.update(task, completed=cell, total=cells)


def lessons_table(lessons: dict[str, About], slowness: float | None = None) -> Table:
    """Return the table of ``workshop lessons list``; with this machine's slowness also the minutes here."""
    here = [] if slowness is None else [_right("here"), _right("waiting")]
    table = Table(_names(lessons), "title", "kernel", _right("minutes"), *here, *map(str, Profile))
    for name, told in lessons.items():
        minutes = ["" if told.minutes is None else f"{told.minutes:g}"]
        if slowness is not None:
            found = minutes_here(told, slowness)
            minutes += ["", ""] if found is None else [f"{found.whole:.0f}", f"{found.waiting:.0f}"]
        budgets = [_budget(told.budget.get(profile, {})) for profile in Profile]
        table.add_row(name, escape(told.title), escape(told.kernel), *minutes, *budgets)
    return table


def pace_line(slowness: float) -> str:
    """Say what the minutes here are."""
    return (
        f"Here: minutes on this machine, whose slowness is {slowness:g} (the reference machine's is 1). "
        "Waiting: how many of them cells run, at most."
    )


def _budget(limits: dict[str, float]) -> str:
    """Write a budget in short."""
    return "\n".join(f"{value:g} {BUDGET_UNITS[key]}" for key, value in limits.items())


def results_table(results: list[Result]) -> Table:
    """Return the table of ``workshop lessons run``."""
    compiled = any(result.compiling for result in results)
    headings = ("seconds", "work", *(["compiling"] if compiled else []), "peak MB")
    figures = [_right(heading) for heading in headings]
    names = _names(result.name for result in results)
    table = Table(names, "profile", *figures, "metrics", "passed")
    for result in results:
        metrics = "\n".join(f"{name} {_figure(value)}" for name, value in result.metrics.items())
        passed = "[green]yes[/]" if result.passed else "[red]no[/]"
        if result.passed and result.exercises_open:
            passed += f"\nexercises open: {len(result.exercises_open)}"
        if result.runs > 1:
            passed += "\nbetter of two runs"
        table.add_row(
            result.name,
            str(result.profile),
            f"{result.seconds:.1f}",
            f"{result.work:.1f}" + (f" of {result.budget:g}" if result.budget else ""),
            *([f"{result.compiling:.1f}"] if compiled else []),
            f"{result.peak_rss_mb:.0f}",
            escape(metrics),
            passed,
        )
    return table


def yardstick_line(results: list[Result]) -> str:
    """Return what the yardstick measured during all runs, in one line."""
    slowness = [result.slowness for result in results if result.seconds] or [1.0]
    noise = max((result.noise for result in results), default=0.0)
    least, most = f"{min(slowness):.2f}", f"{max(slowness):.2f}"
    line = (
        f"Work is CPU-s by this machine's slowness: {least if least == most else f'{least} to {most}'} "
        f"times the reference, noise up to {noise:.0%}"
    )
    if any(result.compiling for result in results):
        line += ". Compiling, in CPU-s, is done once: the next run has it in Theano's cache"
    return line


def verdicts_table(verdicts: list[Verdict]) -> Table:
    """Return the table of ``workshop lessons check``."""
    names = _names(verdict.name for verdict in verdicts)
    table = Table(names, "clean file", "passes solved", "stubs not done", "wrong is wrong")
    for heading in ("mutants", "rejected", "exercises"):
        table.add_column(heading, justify="right")
    for verdict in verdicts:
        statements = (verdict.clean, verdict.solved, verdict.stubs, verdict.wrong)
        share = f"{verdict.rejected / verdict.mutants:.0%}" if verdict.mutants else ""
        figures = (str(verdict.mutants or ""), share, str(len(verdict.exercises)))
        table.add_row(verdict.name, *(_MARKS[statement] for statement in statements), *figures)
    return table


def _figure(value: float | int | str | bool) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _names(names: Iterable[str]) -> Column:
    """Return the column of the lessons' names, which are never cut: they are to be typed again."""
    return Column("lesson", min_width=max(map(len, names), default=0))


def _right(heading: str) -> Column:
    """Return a column for figures."""
    return Column(heading, justify="right")
