"""Prepare lessons and run them headless; ``judging`` says what is to be thought of it."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lessonkit import network
from lessonkit.catalogue import (
    INJECTED,
    PARAMETERS,
    WORK,
    About,
    Cell,
    Lesson,
    Notebook,
    Profile,
    exercise_of,
    exercises_in,
    read_solution,
    tags_of,
)
from lessonkit.errors import LessonkitError
from lessonkit.files import write_whole
from lessonkit.jobs import Failure, Job, Outcome, Told
from lessonkit.kernel import HEADLESS
from lessonkit.plugin import PLAIN, Plugin
from lessonkit.shortpath import REJOIN, is_on_path, takes_what_was_trained
from lessonkit.worker import SCRATCH

# Without --timeout a lesson may take this many times its budget, and without a budget this long.
PATIENCE = 4
SHORTEST_LIMIT = 300.0
NO_BUDGET_LIMIT = 1800.0
# One that died is noticed at once; one that is alive starts late only on a busy machine.
KERNEL_LIMIT = 300.0

Progress = Callable[[int, int], None]
"""Called with the number of the cell that begins and the number of cells."""


@dataclass(frozen=True)
class Executed:
    """A run before the verdict: what came of it, and the executed notebook."""

    outcome: Outcome
    notebook: Notebook
    numbers: list[int]

    def place(self, failure: Failure) -> str:
        """Say what failed and in which cell of the lesson."""
        if failure.cell is None:
            return failure.line
        identity = self.notebook["cells"][failure.cell].get("id", "")
        return f"cell {self.numbers[failure.cell]} (id {identity}): {failure.line}"


@dataclass(frozen=True)
class RunOptions:
    """How lessons are to be run."""

    notebooks: Path
    profile: Profile = Profile.FAST
    timeout: float | None = None
    output: Path | None = None
    """Where the executed notebooks are kept, if anywhere."""
    patience: float | None = None
    """The seconds of the reference machine after which a lesson is stopped; else by its budget."""
    short_path: bool = False
    """Run the cells of the ten-minute path and no others."""
    plugin: Plugin = PLAIN
    """What a house adds."""
    measured: bool = True
    """Look at memory and at the machine's slowness all the time; else only once, for how long to wait, and no
    figure counts."""


@dataclass(frozen=True)
class Prepared:
    """A notebook that is ready to run, and where its cells come from."""

    notebook: Notebook
    numbers: list[int]
    """For each cell its number in the lesson, counted from 1; the injected cell has its neighbour's."""


def prepare(
    notebook: Notebook, profile: Profile, solutions: dict[str, str], *, short_path: bool = False
) -> Prepared:
    """Return the notebook, or its ten-minute path, with its profile set and the given exercises solved.

    Raises LessonkitError when there is more than one parameters cell.
    """
    cells: list[Cell] = []
    numbers: list[int] = []
    for number, original in enumerate(notebook["cells"], start=1):
        if short_path and not is_on_path(original):
            continue
        cell = copy.deepcopy(original)
        exercise = exercise_of(cell)
        if exercise in solutions:
            cell["source"] = solutions[exercise]
        cells.append(cell)
        numbers.append(number)
        if PARAMETERS in tags_of(cell):
            if any(INJECTED in tags_of(other) for other in cells):
                raise LessonkitError(f"cell {number} is a second parameters cell; keep one")
            rejoin = short_path and takes_what_was_trained(notebook)
            cells.append(_injected(profile, rejoin=rejoin))
            numbers.append(number)
    return Prepared({**notebook, "cells": cells}, numbers)


def _injected(profile: Profile, *, rejoin: bool) -> Cell:
    """Return the cell that sets the profile, and on the ten-minute path takes what was trained before."""
    lines = [f'PROFILE = "{profile}"', *[f"{REJOIN} = True"] * rejoin]
    return {
        "cell_type": "code",
        "id": INJECTED,
        "metadata": {"tags": [INJECTED]},
        "execution_count": None,
        "outputs": [],
        "source": "\n".join(lines),
    }


def solutions_of(notebook: Notebook, how: RunOptions, *, wanted: bool) -> dict[str, str]:
    """Return the solutions of all exercises of a notebook, or none when they are not wanted."""
    names = exercises_in(notebook) if wanted else []
    return {name: read_solution(how.notebooks, name) for name in names}


def run_notebook(
    lesson: Lesson,
    told: About,
    notebook: Notebook,
    how: RunOptions,
    progress: Progress,
    solutions: dict[str, str],
    answers: dict[str, dict[str, str]] | None = None,
) -> Executed:
    """Run a notebook in a temporary copy of the notebooks folder.

    Args:
        lesson: The lesson.
        told: Its settings.
        notebook: What its file holds.
        how: In which way to run it.
        progress: Called when a cell begins.
        solutions: For each exercise that is to be solved the text of its cell.
        answers: For each exercise the answers to try beside, by a name each.

    Raises LessonkitError when it cannot be prepared or the runner itself fails.
    """
    if not told.kernel:
        raise LessonkitError(
            f"{lesson.name}: its metadata names no kernel; choose one in JupyterLab and save"
        )
    prepared = prepare(notebook, how.profile, solutions, short_path=how.short_path)
    work = told.budget.get(how.profile, {}).get(WORK, 0.0)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        copied = scratch / "notebooks"
        copy_course(how.notebooks, copied)
        file = scratch / "lesson.ipynb"
        file.write_text(json.dumps(_as_format_4_5(prepared)), encoding="utf-8")
        job = Job(
            notebook=str(file),
            folder=str(copied / lesson.path.relative_to(how.notebooks).parent),
            kernel=told.kernel,
            limit=how.timeout or SHORTEST_LIMIT,
            work_limit=0.0 if how.timeout else how.patience or PATIENCE * work or NO_BUDGET_LIMIT,
            startup_limit=KERNEL_LIMIT,
            answers=answers or {},
            environment={**how.plugin.environment, **_environment(scratch)},
            plugin=how.plugin.name(),
            measured=how.measured,
        )
        outcome = _work(job, scratch, lambda index: progress(prepared.numbers[index], len(notebook["cells"])))
        executed = json.loads(file.read_text(encoding="utf-8"))
        return Executed(outcome, executed, prepared.numbers)


def _as_format_4_5(prepared: Prepared) -> Notebook:
    """Return the notebook as format 4.5 wants it, an id in every cell, without what an earlier run left."""
    for position, cell in enumerate(prepared.notebook["cells"]):
        if not isinstance(cell.get("id"), str):
            cell["id"] = f"cell-{position}"
        cell.setdefault("metadata", {})
        cell.setdefault("source", "")
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    metadata = prepared.notebook.get("metadata", {})
    return {**prepared.notebook, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def copy_course(notebooks: Path, copied: Path, without: str = "") -> None:
    """Copy the notebooks folder: what lessons read, without hidden files, sockets and the like.

    Nothing of the name ``without`` is copied, at whatever depth.

    Raises LessonkitError, naming the first file that could not be copied and why.
    """

    def unwanted(folder: str, names: list[str]) -> list[str]:
        return [
            name
            for name in names
            if name.startswith(".") or name == without or not _plain(Path(folder, name))
        ]

    try:
        shutil.copytree(notebooks, copied, ignore=unwanted, copy_function=shutil.copy2)
    except shutil.Error as error:
        source, _, reason = error.args[0][0]
        raise LessonkitError(f"cannot copy {source}: {reason}") from error


def _plain(path: Path) -> bool:
    """Tell whether a path is a file or a folder, and no broken link, socket or pipe."""
    return path.is_file() or path.is_dir()


def _work(job: Job, scratch: Path, began: Callable[[int], None]) -> Outcome:
    """Have a worker do a job; whatever happens here, the worker and its kernel end.

    Raises LessonkitError when the worker stops.
    """
    order = scratch / "job.json"
    order.write_text(json.dumps(asdict(job)), encoding="utf-8")
    off = network.without_network()
    words = ["-P", "-m", "lessonkit.worker", str(order)]
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as reports, tempfile.TemporaryFile() as log:
        try:
            worker = subprocess.Popen(
                [*off, sys.executable, *words, str(writing), network.NAMESPACE if off else network.OPEN],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                env={**os.environ, HEADLESS: "1"},
                pass_fds=[writing],
                # Ctrl-C reaches this process only, which then ends the worker in an orderly way.
                start_new_session=True,
            )
        finally:
            os.close(writing)
        group: int | None = None
        try:
            for report in map(json.loads, reports):
                if "outcome" in report:
                    return _outcome(report["outcome"])
                if "cell" in report:
                    began(report["cell"])
                else:
                    group = report["group"]
        finally:
            _end(worker, group)
        log.seek(0)
        lines = log.read().decode(errors="replace").strip().splitlines()
        said = lines[-1].strip() if lines else "it was killed; free memory and run it again"
        raise LessonkitError(f"the lesson runner itself stopped: {said}")


def _end(worker: subprocess.Popen[bytes], kernel: int | None) -> None:
    """End the worker, which takes along all that it started when its standard input ends.

    One that was killed has left its children behind, and they are stopped for ever if the yardstick was just
    being taken: the kernel's process group is ended as well.
    """
    assert worker.stdin is not None
    worker.stdin.close()
    try:
        worker.wait(10)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    if worker.returncode < 0 and kernel is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(kernel, signal.SIGKILL)


def _environment(scratch: Path) -> dict[str, str]:
    """Return what is special in a notebook's environment: nobody's start-up files, no traces elsewhere."""
    temporary = scratch / "tmp"
    temporary.mkdir()
    return {
        "TMPDIR": str(temporary),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
    }


def _outcome(values: dict[str, Any]) -> Outcome:
    """Rebuild the outcome from the worker's JSON."""

    def failure(value: dict[str, Any] | None) -> Failure | None:
        return None if value is None else Failure(**value)

    return Outcome(
        **{
            **values,
            "failure": failure(values["failure"]),
            "answers": {name: Told(**value) for name, value in values["answers"].items()},
            "tried": {
                name: {answer: Told(**value) for answer, value in tried.items()}
                for name, tried in values["tried"].items()
            },
        }
    )


def keep(notebook: Notebook, path: Path) -> None:
    """Write an executed notebook, whole or not at all."""
    write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
