"""The command: list, run and check lessons, lay out a new one; the progress that people see.

``app`` is that of the kit alone; a house makes its own by ``commands``.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import rich.progress
import typer

from lessonkit.catalogue import Lesson, Profile, UnknownLessonError, about, choose, exercises_in, find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.judging import Result, better, run_lesson
from lessonkit.minutes import minutes_here
from lessonkit.new import lay_out
from lessonkit.output import console, ended_cleanly, messages, steps
from lessonkit.plugin import PLAIN, Plugin
from lessonkit.proof import Verdict, check_catalogue, check_lesson
from lessonkit.runner import Progress, RunOptions
from lessonkit.tables import (
    lessons_table,
    pace_line,
    results_table,
    short_minutes,
    verdicts_table,
    yardstick_line,
)

Found = TypeVar("Found", Result, Verdict)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...", help="Lessons or chapters, e.g. 1-mnist/10-mlp or mlp; none means all."
    ),
]
Folder = Annotated[Path | None, typer.Option("--notebooks", metavar="DIR", help="The lessons' folder.")]


def _hush(wanted: bool) -> None:
    steps.quiet = wanted


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", callback=_hush, expose_value=False, help="Print results and errors, but no progress."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
ProfileChoice = Annotated[Profile, typer.Option(help="How long the lessons train.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", min=1, help="Stop a lesson after this time; default: four times its budget."
    ),
]


def commands(plugin: Plugin = PLAIN) -> typer.Typer:
    """Return the commands for a house."""
    app = typer.Typer(help="List, run and check lessons.", no_args_is_help=True, add_completion=False)

    @app.command("list", epilog=f"Example: {plugin.command} list --budgets")
    def list_lessons(
        notebooks: Folder = None,
        budgets: Annotated[
            bool, typer.Option("--budgets", help="Also show the limits of CPU time and memory per profile.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """List the lessons: title, kernel and minutes, adjusted to this machine if measured."""
        read = {lesson.name: lesson.read() for lesson in find_lessons(plugin.notebooks(notebooks))}
        told = {name: about(name, notebook) for name, notebook in read.items()}
        slowness = plugin.slowness()
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
        plugin.print_json({"lessons": documents, **here})

    @app.command(epilog=f"Example: {plugin.command} run NAME --profile full --solutions")
    def run(
        names: Names = None,
        profile: ProfileChoice = Profile.FAST,
        solutions: Annotated[
            bool, typer.Option("--solutions", help="Fill in the solutions of the exercises.")
        ] = False,
        short_path: Annotated[
            bool, typer.Option("--short-path", help="Run only the cells of the ten-minute path.")
        ] = False,
        output: Annotated[
            Path | None,
            typer.Option("--output", "-o", metavar="DIR", help="Save the executed notebooks in this folder."),
        ] = None,
        timeout: Timeout = None,
        measured: Annotated[
            bool,
            typer.Option(
                "--measured/--unmeasured",
                help="Hold work and memory against the budget. Where the processor is emulated they say "
                "nothing, and measuring takes a part of the time.",
            ),
        ] = True,
        notebooks: Folder = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Run lessons headless and offline, and check them against their budgets and thresholds."""
        folder, lessons = chosen(plugin, notebooks, names)
        if output is not None:
            _require_apart(output, folder, *plugin.kept())
        how = RunOptions(
            folder, profile, timeout, output, short_path=short_path, plugin=plugin, measured=measured
        )

        def once(lesson: Lesson) -> Result:
            with progress(f"{lesson.name} ({profile})") as report:
                result = run_lesson(lesson, how, report, solved=solutions)
            _tell(result.name, [result.why] if result.why else [])
            return result

        with ended_cleanly():
            found = _close_ones_again(lessons, once, better)
        results = [found[lesson.name] for lesson in lessons]
        if as_json:
            plugin.print_json({"lessons": [asdict(result) for result in results]})
        else:
            console.print(results_table(results))
            if measured:
                console.print(yardstick_line(results))
        _finish(result.passed for result in results)

    @app.command(epilog=f"Example: {plugin.command} check NAME")
    def check(
        names: Names = None,
        profile: ProfileChoice = Profile.FAST,
        static: Annotated[
            bool, typer.Option("--static", help="Only read the notebooks; run nothing.")
        ] = False,
        timeout: Timeout = None,
        notebooks: Folder = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
    ) -> None:
        """Check lessons: clean files, and checks that accept right answers and reject wrong ones.

        With solutions a lesson passes. The bare stub of each exercise is not done and breaks nothing, its
        stored wrong answers are wrong, another right one is right, and nearly every change of the solution by
        one step is rejected. All of that takes one run of the lesson.
        """
        folder, lessons = chosen(plugin, notebooks, names)
        with ended_cleanly():
            how = RunOptions(folder, profile, timeout, plugin=plugin)

            def once(lesson: Lesson) -> Verdict:
                verdict = check_lesson(lesson, how, progress, static=static)
                _tell(lesson.name, verdict.faults)
                return verdict

            found = _close_ones_again(lessons, once, lambda first, later: later if later.passed else first)
        verdicts = [found[lesson.name] for lesson in lessons]
        _tell("all lessons", common := check_catalogue(folder))
        if as_json:
            plugin.print_json({"lessons": [asdict(verdict) for verdict in verdicts], "faults": common})
        else:
            console.print(verdicts_table(verdicts))
        _finish([verdict.passed for verdict in verdicts] + [not common])

    @app.command(epilog=f"Example: {plugin.command} new CHAPTER/NN-name")
    def new(
        name: Annotated[str, typer.Argument(help="The lesson, e.g. 1-mnist/50-autoencoder.")],
        kernel: Annotated[str, typer.Option(help="The notebook's kernel.")] = plugin.kernel,
        notebooks: Folder = None,
        as_json: AsJson = False,
    ) -> None:
        """Create a new lesson with three small exercises; it passes its check."""
        files = [
            str(path)
            for path in lay_out(plugin.notebooks(notebooks), name, kernel, plugin.kernels.get(kernel, ""))
        ]
        if as_json:
            plugin.print_json({"files": files})
        else:
            console.print("\n".join(files))

    @app.command("report", epilog=f"Example: {plugin.command} report handed-in --csv results.csv")
    def report_results(
        handed_in: Annotated[
            list[Path],
            typer.Argument(
                metavar="FOLDER...", help="One folder or zip file per person, or a folder of these."
            ),
        ],
        csv: Annotated[Path, typer.Option("--csv", metavar="FILE", help="File for the table.")],
        notebooks: Folder = None,
        seconds: Annotated[
            float, typer.Option(min=1, help="Stop a cell or a function call after this time.")
        ] = 60.0,
        as_json: AsJson = False,
    ) -> None:
        """Grade handed-in notebooks: run them in a sandbox and apply the course's checks."""
        # It loads numpy, which the other commands do without.
        from lessonkit.report import report

        rows, faults = report(plugin.notebooks(notebooks), handed_in, csv, seconds)
        for fault in faults:
            messages.print(fault, style="red")
        if as_json:
            plugin.print_json({"results": rows, "faults": faults})
        else:
            console.print(f"{len(rows)} results in {csv}")
        _finish([not faults])

    return app


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


def chosen(plugin: Plugin, notebooks: Path | None, names: list[str] | None) -> tuple[Path, list[Lesson]]:
    """Return the lessons' folder and the lessons that were named; a wrong name is wrong usage."""
    folder = plugin.notebooks(notebooks)
    try:
        return folder, choose(find_lessons(folder), names or [], f"{plugin.command} list")
    except UnknownLessonError as error:
        messages.print(f"{plugin.command.split()[0]}: {error}", style="red")
        raise typer.Exit(2) from error


def _require_apart(output: Path, *kept: Path) -> None:
    """Raise LessonkitError when executed notebooks would replace the lessons or a participant's."""
    for folder in kept:
        if output.resolve().is_relative_to(folder.resolve()):
            raise LessonkitError(
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
    if not steps.is_terminal:
        steps.print(f"{title} …")
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
    with rich.progress.Progress(*columns, console=steps, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda cell, cells: bar.update(task, completed=cell, total=cells)


app = commands()


def main() -> None:
    """Run the kit's own command: a fault of the user ends in one line."""
    try:
        app(prog_name=PLAIN.command)
    except (LessonkitError, OSError) as error:
        messages.print(f"{PLAIN.command}: {error}", style="red")
        sys.exit(1)
