"""``workshop lessons``: list, run and check the lessons; the tables and the progress that people see."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import rich.progress
import typer
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Column, Table

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import (
    BUDGET_UNITS,
    About,
    Lesson,
    Profile,
    UnknownLessonError,
    about,
    choose,
    exercises_in,
    find_lessons,
    kernel_of,
    notebooks_folder,
)
from workshop.lessons.checks import Verdict, check_catalogue, check_lesson
from workshop.lessons.judging import Result, run_lesson
from workshop.lessons.new import lay_out
from workshop.lessons.pace import minutes_here, pace_line, slowness_here
from workshop.lessons.runner import Progress, RunOptions, Worker
from workshop.lessons.shortpath import short_minutes
from workshop.lessons.warm import PATIENCE, stop_background, survey, warm_in_background
from workshop.lessons.warm import warm as fill_cache
from workshop.output import console, messages, print_json
from workshop.settings import load_settings
from workshop.system.command import ended_cleanly

_MARKS = {True: "[green]yes[/]", False: "[red]no[/]", None: "not run"}

_TIGHT: dict[str, Any] = {"box": SIMPLE, "pad_edge": False, "padding": (0, 1, 0, 0)}
"""A table without lines between its columns, which leaves them more room."""
WIDE = 100
"""Columns of a terminal that has room for the lessons' titles beside their names."""

app = typer.Typer(help="List, run and check the lessons.", no_args_is_help=True)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...", help="Lessons or chapters, e.g. 1-mnist/10-mlp or mlp; none means all."
    ),
]
Folder = Annotated[
    Path | None, typer.Option("--notebooks", metavar="DIR", help="The lessons' folder; else the checkout's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
ProfileChoice = Annotated[Profile, typer.Option(help="How much work the lessons do.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", min=1, help="Stop a lesson after this long; else after four times its budget."
    ),
]


@app.command("list")
def list_lessons(
    notebooks: Folder = None,
    budgets: Annotated[
        bool, typer.Option("--budgets", help="Also what each may take in work and memory, by profile.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the lessons: title, kernel and minutes, on this machine where it can be measured."""
    read = {lesson.name: lesson.read() for lesson in find_lessons(notebooks_folder(notebooks))}
    told = {name: about(name, notebook) for name, notebook in read.items()}
    slowness = slowness_here()
    if not as_json:
        short = {name: short_minutes(one, read[name]) for name, one in told.items()}
        console.print(lessons_table(told, slowness, short, width=console.width, budgets=budgets))
        console.print(pace_line(slowness), highlight=False)
        return
    documents = [
        {
            "name": name,
            "title": one.title,
            "kind": str(one.kind),
            "kernel": one.kernel,
            "minutes": one.minutes,
            "short_minutes": short_minutes(one, read[name]),
            "budget": {str(profile): limits for profile, limits in one.budget.items()},
            "exercises": exercises_in(read[name]),
        }
        for name, one in told.items()
    ]
    here = {}
    if slowness is not None:
        found = {name: minutes_here(one, slowness) for name, one in told.items()}
        minutes = {name: asdict(each) for name, each in found.items() if each is not None}
        here = {"here": {"slowness": slowness, "minutes": minutes}}
    print_json({"lessons": documents, **here})


@app.command()
def run(
    names: Names = None,
    profile: ProfileChoice = Profile.FAST,
    solutions: Annotated[
        bool, typer.Option("--solutions", help="Put the solutions into the exercises.")
    ] = False,
    short_path: Annotated[
        bool, typer.Option("--short-path", help="Run the cells of the ten-minute path and no others.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the executed notebooks here.")
    ] = None,
    timeout: Timeout = None,
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Run lessons headless, without the network, and hold them against their budgets and bars."""
    folder, lessons = _chosen(notebooks, names)
    if output is not None:
        _require_apart(output, folder, load_settings().notebooks)
    how = RunOptions(folder, profile, timeout, output, short_path=short_path)
    results: list[Result] = []
    with ended_cleanly():
        for lesson in lessons:
            with progress(f"{lesson.name} ({profile})") as report:
                result = run_lesson(lesson, how, report, solved=solutions)
            results.append(result)
            _tell(result.name, [result.why] if result.why else [])
    if as_json:
        print_json({"lessons": [asdict(result) for result in results]})
    else:
        console.print(results_table(results))
        console.print(yardstick_line(results), highlight=False)
    _finish(result.passed for result in results)


@app.command()
def check(
    names: Names = None,
    profile: ProfileChoice = Profile.FAST,
    static: Annotated[bool, typer.Option("--static", help="Only read the notebooks; run nothing.")] = False,
    timeout: Timeout = None,
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Prove that lessons are sound: clean files, and checks that tell right answers from wrong ones.

    With solutions a lesson passes. The bare stub of each exercise is not done and breaks nothing, its stored
    wrong answers are wrong, another right one is right, and nearly every change of the solution by one step
    is rejected. All of that takes one run of the lesson.
    """
    folder, lessons = _chosen(notebooks, names)
    found: dict[str, Verdict] = {}
    with ended_cleanly(), Worker() as worker:
        how = RunOptions(folder, profile, timeout, kept=worker)
        for lesson in sorted(lessons, key=kernel_of):
            found[lesson.name] = verdict = check_lesson(lesson, how, progress, static=static)
            _tell(lesson.name, verdict.faults)
    verdicts = [found[lesson.name] for lesson in lessons]
    _tell("all lessons", common := check_catalogue(folder))
    if as_json:
        print_json({"lessons": [asdict(verdict) for verdict in verdicts], "faults": common})
    else:
        console.print(verdicts_table(verdicts))
    _finish([verdict.passed for verdict in verdicts] + [not common])


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The lesson, e.g. 1-mnist/50-autoencoder.")],
    kernel: Annotated[str, typer.Option(help="python3, theano or tensorflow.")] = "theano",
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Lay out an empty lesson with three small exercises, which passes its check."""
    files = [str(path) for path in lay_out(notebooks_folder(notebooks), name, kernel)]
    if as_json:
        print_json({"files": files})
    else:
        console.print("\n".join(files), highlight=False, markup=False, soft_wrap=True)


@app.command()
def warm(
    names: Names = None,
    background: Annotated[
        bool, typer.Option("--background", help="Let a process of low priority do it; don't wait.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="End the process of low priority; what it compiled stays.")
    ] = False,
    workshop: Annotated[
        str, typer.Option(help="Begin with the lessons of this workshop of the schedule; default: its first.")
    ] = "",
    gives_way: Annotated[bool, typer.Option("--gives-way", hidden=True)] = False,
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Fill Theano's compile cache by running the lessons' fast profile once."""
    settings = load_settings()
    if stop:
        stopped = stop_background(settings)
        if as_json:
            print_json({"changed": stopped})
        else:
            console.print("It ended." if stopped else "Nothing is being warmed in the background.")
        return
    folder, _ = _chosen(notebooks, names)
    warmth = survey(folder, settings, names or (), workshop)
    with ended_cleanly():
        if background:
            changed = warm_in_background(warmth, settings)
        else:
            options = RunOptions(folder, patience=PATIENCE)
            changed = fill_cache(warmth, options, progress, settings if gives_way else None)
    done = warmth.is_done()
    if as_json:
        names = [lesson.name for lesson in warmth.lessons]
        print_json({"changed": changed, "warm": done, "lessons": names})
    else:
        console.print("The compile cache is warm." if done else "The cache is warmed in the background.")


def _chosen(notebooks: Path | None, names: list[str] | None) -> tuple[Path, list[Lesson]]:
    """Return the lessons' folder and the lessons that were named; a wrong name is wrong usage."""
    folder = notebooks_folder(notebooks)
    try:
        return folder, choose(find_lessons(folder), names or [])
    except UnknownLessonError as error:
        messages.print(f"workshop: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(2) from error


def _require_apart(output: Path, *kept: Path) -> None:
    """Raise WorkshopError when executed notebooks would replace the lessons or a participant's."""
    for folder in kept:
        if output.resolve().is_relative_to(folder.resolve()):
            raise WorkshopError(
                f"--output {output} would replace the notebooks in {folder}; name another folder"
            )


def _tell(name: str, faults: list[str]) -> None:
    """Say on stderr what is wrong, one line for each fault."""
    for fault in faults:
        messages.print(f"{name}: {fault}", style="red", markup=False, highlight=False)


def _finish(passed: Iterable[bool]) -> None:
    """Exit with 1 when something did not pass."""
    if not all(passed):
        raise typer.Exit(1)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show how far a run is: a bar on a terminal, one line elsewhere; both on stderr."""
    if not messages.is_terminal:
        messages.print(f"{title} …", markup=False, highlight=False)
        yield lambda cell, cells: None
        return
    columns = (
        rich.progress.SpinnerColumn(),
        rich.progress.TextColumn("{task.description}", markup=False),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TextColumn("cells"),
        rich.progress.TimeElapsedColumn(),
    )
    with rich.progress.Progress(*columns, console=messages, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda cell, cells: bar.update(task, completed=cell, total=cells)


def lessons_table(
    lessons: dict[str, About],
    slowness: float | None = None,
    short: dict[str, float | None] | None = None,
    *,
    width: int = WIDE,
    budgets: bool = False,
) -> Table:
    """Return the table of ``workshop lessons list``; with this machine's slowness its minutes are those here.

    ``short`` has the minutes of the ten-minute paths. Where the ``width`` is too small for a column of titles
    they stand below the names.
    """
    figures = [_right("minutes"), *([] if slowness is None else [_right("waiting")]), _right("short")]
    wide = width >= WIDE
    first = [_names(lessons), Column("title")] if wide else [Column("lesson", min_width=_longest(lessons))]
    limits = map(str, Profile if budgets else ())
    table = Table(*first, Column("kernel", no_wrap=True), *figures, *limits, **_TIGHT)
    for name, told in lessons.items():
        title = escape(told.title)
        minutes = ["" if told.minutes is None else f"{told.minutes:g}"]
        if slowness is not None:
            found = minutes_here(told, slowness)
            minutes = ["", ""] if found is None else [f"{found.whole:.0f}", f"{found.waiting:.0f}"]
        path = (short or {}).get(name)
        minutes.append("" if path is None else f"{path:.0f}")
        allowed = [_budget(told.budget.get(profile, {})) for profile in Profile] if budgets else []
        whose = [name, title] if wide else [f"{name}\n  [dim]{title}[/]"]
        table.add_row(*whose, escape(told.kernel), *minutes, *allowed)
    return table


def _budget(limits: dict[str, float]) -> str:
    """Write a budget in short."""
    return "\n".join(f"{value:g} {BUDGET_UNITS[key]}" for key, value in limits.items())


def results_table(results: list[Result]) -> Table:
    """Return the table of ``workshop lessons run``."""
    compiled = any(result.compiling for result in results)
    headings = ("seconds", "work", *(["compiling"] if compiled else []), "peak MB")
    figures = [_right(heading) for heading in headings]
    names = _names(result.name for result in results)
    table = Table(names, "profile", *figures, "metrics", "passed", **_TIGHT)
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
