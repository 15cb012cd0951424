"""``workshop lessons``: list, run and check the lessons; the tables and the progress that people see."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import rich.progress
import typer

from workshop.core.command import ended_cleanly
from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json
from workshop.core.settings import load_settings
from workshop.lessons.catalogue import (
    Lesson,
    Profile,
    UnknownLessonError,
    about,
    choose,
    exercises_in,
    find_lessons,
    notebooks_folder,
)
from workshop.lessons.checks import Verdict, check_catalogue, check_lesson
from workshop.lessons.judging import Result, better, run_lesson
from workshop.lessons.new import lay_out
from workshop.lessons.pace import minutes_here, slowness_here
from workshop.lessons.runner import Progress, RunOptions
from workshop.lessons.tables import (
    lessons_table,
    pace_line,
    results_table,
    short_minutes,
    verdicts_table,
    yardstick_line,
)
from workshop.lessons.warm import PATIENCE, stop_background, survey, warm_in_background
from workshop.lessons.warm import warm as fill_cache

Found = TypeVar("Found", Result, Verdict)

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
        console.print(pace_line(slowness))
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


def _close_ones_again(
    lessons: list[Lesson], once: Callable[[Lesson], Found], keep: Callable[[Found, Found], Found]
) -> dict[str, Found]:
    """Return what was found out about each of several lessons, by name.

    What a lesson takes depends on what else the machine does in the same minute, for which the yardstick
    does not make up in full. One that was over a limit by little is tried once more after the others.
    """
    found = {lesson.name: once(lesson) for lesson in lessons}
    for lesson in lessons if len(lessons) > 1 else []:
        if found[lesson.name].close:
            _tell(lesson.name, ["over by little; once more, after the others"])
            found[lesson.name] = keep(found[lesson.name], once(lesson))
    return found


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
    measured: Annotated[
        bool,
        typer.Option(
            "--measured/--unmeasured",
            help="Hold work and memory against the budget. Where the processor is emulated they say nothing, "
            "and measuring takes a part of the time.",
        ),
    ] = True,
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Run lessons headless, without the network, and hold them against their budgets and bars."""
    folder, lessons = _chosen(notebooks, names)
    if output is not None:
        _require_apart(output, folder, load_settings().notebooks)
    how = RunOptions(folder, profile, timeout, output, short_path=short_path, measured=measured)

    def once(lesson: Lesson) -> Result:
        with progress(f"{lesson.name} ({profile})") as report:
            result = run_lesson(lesson, how, report, solved=solutions)
        _tell(result.name, [result.why] if result.why else [])
        return result

    with ended_cleanly():
        found = _close_ones_again(lessons, once, better)
    results = [found[lesson.name] for lesson in lessons]
    if as_json:
        print_json({"lessons": [asdict(result) for result in results]})
    else:
        console.print(results_table(results))
        if measured:
            console.print(yardstick_line(results))
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
    with ended_cleanly():
        how = RunOptions(folder, profile, timeout)

        def once(lesson: Lesson) -> Verdict:
            verdict = check_lesson(lesson, how, progress, static=static)
            _tell(lesson.name, verdict.faults)
            return verdict

        found = _close_ones_again(lessons, once, lambda first, later: later if later.passed else first)
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
    kernel: Annotated[str, typer.Option(help="python3, theano, tensorflow or pytorch.")] = "theano",
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Lay out an empty lesson with three small exercises, which passes its check."""
    files = [str(path) for path in lay_out(notebooks_folder(notebooks), name, kernel)]
    if as_json:
        print_json({"files": files})
    else:
        console.print("\n".join(files))


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
    """Fill Theano's compile cache: the fast profile of each lesson that compiles runs once."""
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
            options = RunOptions(folder, patience=PATIENCE, measured=False)
            changed = fill_cache(warmth, options, progress, gives_way=gives_way)
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
        messages.print(f"workshop: {error}", style="red")
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
        messages.print(f"{name}: {fault}", style="red")


def _finish(passed: Iterable[bool]) -> None:
    """Exit with 1 when something did not pass."""
    if not all(passed):
        raise typer.Exit(1)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show how far a run is: a bar on a terminal, else a line; both on stderr."""
    if not messages.is_terminal:
        messages.print(f"{title} …")
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
