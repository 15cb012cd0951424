"""The three statements about a lesson: it passes when solved, its bare stubs fail their own checks
and nothing else, and every exercise has a solution.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import find_lessons
from workshop.lessons.exercises import exercises_in
from workshop.lessons.judging import best_of_runs
from workshop.lessons.model import About, Lesson, Notebook, about
from workshop.lessons.runner import How, Progress, Ran, run_notebook, solutions_of
from workshop.lessons.static import faults_between, faults_of_file

ShowProgress = Callable[[str], AbstractContextManager[Progress]]
"""Shows the progress of the run that has the given title."""


@dataclass
class Verdict:
    """What was found out about one lesson; the fields are those of ``--json``."""

    name: str
    passed: bool = False
    clean: bool = False
    """Its file is in order; that includes: every exercise has a solution."""
    solved: bool | None = None
    """With the solutions it passes, within its budget and over its bars; None when it was not run."""
    stubs: bool | None = None
    """Its bare stubs fail their own checks and nothing else; None when it was not run."""
    exercises: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def check_lesson(
    lesson: Lesson,
    how: How,
    show: ShowProgress,
    *,
    static: bool = False,
    each: bool = False,
    stub_faults: list[str] | None = None,
) -> Verdict:
    """Check one lesson: its file, then one run with bare stubs and one solved.

    Args:
        lesson: The lesson.
        how: How it is run.
        show: Shows the progress of each run.
        static: Run nothing.
        each: One more run for each exercise, in which it alone is unsolved: with all stubs bare it stays
            unknown whether one of them makes the check of another fail.
        stub_faults: What was wrong with the bare stubs, where that is known of the same code already.
    """
    verdict = Verdict(lesson.name)
    try:
        notebook = lesson.read()
        told = about(lesson.name, notebook)
        verdict.exercises = exercises_in(notebook)
        verdict.faults = faults_of_file(lesson, notebook, told, how.notebooks, ran=not static)
        verdict.clean = not verdict.faults
        if not static:
            _check_runs(verdict, Runs(lesson, told, notebook, how, show), stub_faults, each=each)
    except WorkshopError as error:
        verdict.faults.append(str(error))
    verdict.passed = not verdict.faults
    return verdict


@dataclass(frozen=True)
class Runs:
    """The runs of one lesson that is being checked."""

    lesson: Lesson
    told: About
    notebook: Notebook
    how: How
    show: ShowProgress

    def run(self, what: str, solutions: dict[str, str]) -> Ran:
        """Run the lesson with some exercises solved."""
        with self.show(f"{self.lesson.name} ({self.how.profile}, {what})") as progress:
            return run_notebook(self.lesson, self.told, self.notebook, self.how, progress, solutions)


def _check_runs(verdict: Verdict, runs: Runs, stub_faults: list[str] | None, *, each: bool) -> None:
    """Run the lesson unsolved and solved, and add what is wrong to the verdict.

    The bare stubs come first: what they compile counts against no budget.
    """
    solutions = solutions_of(runs.notebook, runs.how, wanted=True)
    if solutions:
        if stub_faults is None:
            stub_faults = faults_of_stubs(runs.run("stubs", {}), list(solutions))
        for name in solutions if each else ():
            others = {other: text for other, text in solutions.items() if other != name}
            stub_faults = stub_faults + faults_of_one_stub(runs.run(f"{name} unsolved", others), name)
        verdict.stubs = not stub_faults
        verdict.faults += stub_faults
    result, _ = best_of_runs(
        verdict.name, runs.told, runs.how.profile, lambda: runs.run("solved", solutions), solved=True
    )
    verdict.solved = result.passed
    if result.why:
        verdict.faults.append(f"with solutions: {result.why}")


def faults_of_one_stub(ran: Ran, exercise: str) -> list[str]:
    """Return what else fails in a run that leaves one exercise unsolved."""
    failures = {name: failure for name, failure in ran.outcome.checks.items() if failure and name != exercise}
    faults = [f"check:{name} fails, {ran.place(failure)}" for name, failure in failures.items()]
    if ran.outcome.failure is not None:
        faults.append(ran.place(ran.outcome.failure))
    return [f"with only {exercise} unsolved: {fault}" for fault in faults]


def faults_of_stubs(ran: Ran, exercises: list[str]) -> list[str]:
    """Return what is wrong with a run of the bare stubs: every check, and nothing else, has to fail."""
    faults = []
    if ran.outcome.failure is not None:
        faults.append(f"with bare stubs: {ran.place(ran.outcome.failure)}")
    for name in dict.fromkeys(exercises):
        if name not in ran.outcome.checks:
            continue
        failure = ran.outcome.checks[name]
        if failure is None:
            faults.append(f"with bare stubs check:{name} passes; it has to fail until the exercise is solved")
        elif failure.name != "AssertionError" or failure.line == failure.name:
            faults.append(
                f"with bare stubs check:{name} has to fail by an assert with a message, {ran.place(failure)}"
            )
    return faults


def check_catalogue(notebooks: Path) -> list[str]:
    """Return what is wrong between the lessons of a folder."""
    exercises = {}
    for lesson in find_lessons(notebooks):
        try:
            exercises[lesson.name] = exercises_in(lesson.read())
        except WorkshopError:
            # The lesson's own check tells it.
            continue
    return faults_between(notebooks, exercises)
