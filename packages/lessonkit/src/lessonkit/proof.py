"""What a lesson has to prove: it passes when solved, and its checks tell right answers from wrong ones.

The lesson runs once, with its solutions. Where an exercise stands, its bare stub, the stored answers
and the mutants of its solution are tried beside (``tried_answers``), so that none of them costs another
run. A stub that is *not done*, and after which the check's cell ends without an error, leaves later cells the
same solution that this run had: Run All goes through.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from lessonkit.answers import Answers, read_answers
from lessonkit.catalogue import (
    About,
    Lesson,
    Notebook,
    about,
    exercise_of,
    exercises_in,
    find_lessons,
    source_of,
)
from lessonkit.errors import LessonkitError
from lessonkit.jobs import Told
from lessonkit.judging import best_of_runs, shares
from lessonkit.mutants import mutants
from lessonkit.predictions import faults_between_predictions, predictions_in
from lessonkit.runner import Executed, Progress, RunOptions, run_notebook, solutions_of
from lessonkit.static import faults_between, faults_of_file, solution_steps

ShowProgress = Callable[[str], AbstractContextManager[Progress]]
"""Shows the progress of the run that has the given title."""

STUB, WRONG, RIGHT, MUTANT = "stub", "wrong: ", "right: ", "mutant: "
REJECTED = 0.9
"""So many of the mutants of a lesson's solutions its checks have to reject."""


@dataclass
class Verdict:
    """What was found out about one lesson; the fields are those of ``--json``."""

    name: str
    passed: bool = False
    clean: bool = False
    """Its file is in order; that includes: every exercise has a solution and stored answers."""
    solved: bool | None = None
    """With the solutions it passes, within its budget and over its bars; None when it was not run."""
    stubs: bool | None = None
    """Its bare stubs are *not done* and break nothing; None when it was not run."""
    wrong: bool | None = None
    """Its stored wrong answers are *wrong*, and the other right ones *right*; None when it was not run."""
    mutants: int = 0
    """How many one-step changes of its solutions were tried."""
    rejected: int = 0
    survivors: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each exercise the mutants that passed, with the reason why each is right, too."""
    exercises: list[str] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)
    """How much of each limit on work, memory and time the solved run took; 1 is all of it."""
    faults: list[str] = field(default_factory=list)
    close: bool = False
    """Nothing but times speak against it, and by so little that it may be noise."""


def check_lesson(lesson: Lesson, how: RunOptions, show: ShowProgress, *, static: bool = False) -> Verdict:
    """Check one lesson: its file, then one solved run with all answers tried beside.

    Args:
        lesson: The lesson.
        how: RunOptions it is run.
        show: Shows a run's progress.
        static: Run nothing.
    """
    verdict = Verdict(lesson.name)
    try:
        notebook = lesson.read()
        told = about(lesson.name, notebook)
        verdict.exercises = exercises_in(notebook)
        verdict.faults = faults_of_file(
            lesson, notebook, told, how.notebooks, ran=not static, plugin=how.plugin
        )
        verdict.clean = not verdict.faults
        if not static:
            with show(f"{lesson.name} ({how.profile}, solved)") as progress:
                _check_run(verdict, lesson, told, notebook, how, progress)
    except LessonkitError as error:
        # Its file may have told it already.
        verdict.faults += [str(error)] if str(error) not in verdict.faults else []
    verdict.passed = not verdict.faults
    return verdict


def _check_run(
    verdict: Verdict, lesson: Lesson, told: About, notebook: Notebook, how: RunOptions, progress: Progress
) -> None:
    """Run the lesson solved, with the answers beside, and add what is wrong to the verdict."""
    solutions = solutions_of(notebook, how, wanted=True)
    stored = {name: read_answers(how.notebooks, name) for name in solutions}
    tries = {name: _tries(notebook, name, solutions[name], stored[name]) for name in solutions}
    first: list[Executed] = []

    def run() -> Executed:
        """Run it; a second time only the figures are of interest."""
        beside = {} if first else tries
        first.append(run_notebook(lesson, told, notebook, how, progress, solutions, beside))
        return first[-1]

    result, best = best_of_runs(verdict.name, told, how.profile, run, solved=True)
    if solutions:
        verdict.stubs = verdict.wrong = True
    for name, tried in first[0].outcome.tried.items():
        _judge(verdict, name, tried, stored[name], solutions[name])
    if verdict.mutants and verdict.rejected < REJECTED * verdict.mutants:
        share = verdict.rejected / verdict.mutants
        verdict.faults.append(f"its checks reject {share:.0%} of the mutants, at least {REJECTED:.0%}")
    verdict.solved = result.passed
    verdict.limits = shares(told, best, how.profile)
    verdict.close = result.close and not verdict.faults
    if result.why:
        verdict.faults.append(f"with solutions: {result.why}")


def _tries(notebook: Notebook, name: str, solution: str, stored: Answers) -> dict[str, str]:
    """Return all answers to one exercise that are tried, by a name each."""
    stub = next(source_of(cell) for cell in notebook["cells"] if exercise_of(cell) == name)
    tries = {STUB: stub}
    tries |= {WRONG + title: text for title, text in stored.wrong.items()}
    tries |= {RIGHT + title: text for title, text in stored.right.items()}
    if not stored.spared:
        tries |= {MUTANT + key: text for key, text in mutants(solution).items()}
    return tries


def _judge(verdict: Verdict, name: str, tried: dict[str, Told], stored: Answers, solution: str) -> None:
    """Add what is wrong with what a check said of the answers to its exercise."""
    survivors = {}
    for key, told in tried.items():
        if key == STUB:
            if told.answer != "not done":
                verdict.stubs = False
                verdict.faults.append(f"check:{name} finds the bare stub {_said(told)}; it is not done")
        elif key.startswith(MUTANT):
            verdict.mutants += 1
            if told.answer == "right":
                survivors[key.removeprefix(MUTANT)] = ""
            else:
                verdict.rejected += 1
        elif fault := _fault_of(key, told, solution):
            verdict.wrong = False
            verdict.faults.append(f"check:{name}, {key}: {fault}")
    if survivors:
        verdict.survivors[name] = {key: stored.reasons.get(key, "") for key in survivors}
    for key, reason in verdict.survivors.get(name, {}).items():
        if not reason:
            fault = f"check:{name} passes the mutant '{key}', and nothing says why it is right"
            verdict.faults.append(fault)
    if not any(key.startswith(MUTANT) for key in tried):
        return
    for key in stored.reasons.keys() - survivors.keys():
        verdict.faults.append(f"check:{name} rejects '{key}', said to be right; or there is no such mutant")


def _fault_of(key: str, told: Told, solution: str) -> str:
    """Return what is wrong with what a check said of a stored answer; empty when nothing is."""
    if key.startswith(RIGHT):
        return "" if told.answer == "right" else f"it is right, and the check says: {_said(told)}"
    if told.answer != "wrong":
        return f"it is wrong, and the check says: {_said(told)}"
    if told.error != "AssertionError":
        return f"the check has to say what is wrong, not: {told.message}"
    for step in solution_steps(solution):
        if step in told.message:
            return f"the message gives the solution away: {told.message}"
    return ""


def _said(told: Told) -> str:
    """Return what a check said."""
    return f"{told.answer} ({told.message})" if told.message else told.answer


def check_catalogue(notebooks: Path) -> list[str]:
    """Return what is wrong between the lessons of a folder."""
    exercises, predictions = {}, {}
    for lesson in find_lessons(notebooks):
        try:
            notebook = lesson.read()
        except LessonkitError:
            # The lesson's own check tells it.
            continue
        exercises[lesson.name] = exercises_in(notebook)
        predictions[lesson.name] = predictions_in(notebook)
    return faults_between(notebooks, exercises) + faults_between_predictions(predictions)
