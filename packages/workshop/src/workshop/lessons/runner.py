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
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import (
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
from workshop.lessons.jobs import Failure, Job, Outcome, Told
from workshop.lessons.rehearsal import BEGIN
from workshop.lessons.shortpath import REJOIN, is_on_path, takes_what_was_trained
from workshop.lessons.worker import SCRATCH
from workshop.system.files import write_whole
from workshop.system.programs import last_line

# Without --timeout a lesson may take this many times its budget, and without a budget this long.
PATIENCE = 4
SHORTEST_LIMIT = 300.0
NO_BUDGET_LIMIT = 1800.0
# One that died is noticed at once; one that is alive starts late only on a busy machine.
KERNEL_LIMIT = 300.0

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
"""For lessons that are checked or warmed for, side by side on as many cores as there are: threads that wait
for one another take processor seconds, many where the processor is emulated. What the kernel's own
specification says comes before it."""

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
    rehearsal: bool = False
    """Compile all, and compute as little as can be; what comes of it means nothing."""
    measured: bool = True
    """Look at memory and at the machine's slowness all the time; else only once, for how long to wait, and no
    figure counts."""
    kept: Worker | None = None
    """A worker that runs many lessons, with kernels that are forked; else each lesson has one of its own, and
    a kernel that is started like a learner's."""


@dataclass(frozen=True)
class Prepared:
    """A notebook that is ready to run, and where its cells come from."""

    notebook: Notebook
    numbers: list[int]
    """For each cell its number in the lesson, counted from 1; the injected cell has its neighbour's."""


def prepare(
    notebook: Notebook,
    profile: Profile,
    solutions: dict[str, str],
    *,
    short_path: bool = False,
    rehearsal: bool = False,
) -> Prepared:
    """Return the notebook, or its ten-minute path, with its profile set and the given exercises solved.

    Raises WorkshopError when there is more than one parameters cell.
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
                raise WorkshopError(f"cell {number} is a second parameters cell; keep one")
            rejoin = short_path and takes_what_was_trained(notebook)
            cells.append(_injected(profile, rejoin=rejoin, rehearsal=rehearsal))
            numbers.append(number)
    return Prepared({**notebook, "cells": cells}, numbers)


def _injected(profile: Profile, *, rejoin: bool, rehearsal: bool) -> Cell:
    """Return the cell that sets the profile, and on the ten-minute path takes what was trained before."""
    lines = [f'PROFILE = "{profile}"', *[f"{REJOIN} = True"] * rejoin, *[BEGIN] * rehearsal]
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

    Raises WorkshopError when it cannot be prepared or the runner itself fails.
    """
    if not told.kernel:
        raise WorkshopError(f"{lesson.name}: its metadata names no kernel; choose one in JupyterLab and save")
    prepared = prepare(notebook, how.profile, solutions, short_path=how.short_path, rehearsal=how.rehearsal)
    work = told.budget.get(how.profile, {}).get(WORK, 0.0)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        copied = scratch / "notebooks"
        _copy(how.notebooks, copied)
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
            environment=_environment(scratch) | ({} if how.measured and how.kept is None else ONE_THREAD),
            forked=how.kept is not None,
            measured=how.measured,
        )
        with how.kept or Worker() as worker:
            outcome = worker.do(
                job, scratch, lambda index: progress(prepared.numbers[index], len(notebook["cells"]))
            )
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


def _copy(notebooks: Path, copied: Path) -> None:
    """Copy the notebooks folder: what lessons read, without hidden files, sockets and the like.

    Raises WorkshopError, naming the first file that could not be copied and why.
    """

    def unwanted(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name.startswith(".") or not _plain(Path(folder, name))]

    try:
        shutil.copytree(notebooks, copied, ignore=unwanted, copy_function=shutil.copy2)
    except shutil.Error as error:
        source, _, reason = error.args[0][0]
        raise WorkshopError(f"cannot copy {source}: {reason}") from error


def _plain(path: Path) -> bool:
    """Tell whether a path is a file or a folder, and no broken link, socket or pipe."""
    return path.is_file() or path.is_dir()


class Worker:
    """A process that runs notebooks: started for the first one, it ends with the block that it is used in."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._blocks = 0
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        self._reports: IO[str] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Worker:
        """Begin a block; one within another one ends nothing."""
        self._blocks += 1
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker with the outermost block."""
        self._blocks -= 1
        if not self._blocks:
            self._end([])

    def do(self, job: Job, scratch: Path, began: Callable[[int], None]) -> Outcome:
        """Do a job; whatever happens here but its end, the worker and its kernel end.

        Raises WorkshopError when the worker stops.
        """
        order = scratch / "job.json"
        order.write_text(json.dumps(asdict(job)), encoding="utf-8")
        kernel: list[int] = []
        try:
            if self._process is None:
                self._start()
            if self._stopped:
                raise WorkshopError("the lesson runner was told to stop")
            for report in self._said(order):
                if "outcome" in report:
                    return _outcome(report["outcome"])
                if "cell" in report:
                    began(report["cell"])
                elif report["group"]:
                    kernel.append(report["group"])
            raise WorkshopError(f"the lesson runner itself stopped: {self._how_it_ended()}")
        except BaseException:
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)
            self._end(kernel)
            raise

    def stop(self) -> None:
        """Let another thread end it, for good: the job that it does fails."""
        self._stopped = True
        if (process := self._process) is not None:
            process.send_signal(signal.SIGTERM)

    def _start(self) -> None:
        reading, writing = os.pipe()
        self._reports = os.fdopen(reading, encoding="utf-8")
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "workshop.lessons.worker", str(writing)],
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                cwd="/",
                env={**os.environ, "WORKSHOP_HEADLESS": "1"},
                pass_fds=[writing],
                # Ctrl-C reaches this process only, which then ends the worker in an orderly way.
                start_new_session=True,
            )
        finally:
            os.close(writing)

    def _said(self, order: Path) -> Iterator[dict[str, Any]]:
        """Hand the worker a job, and yield what it reports."""
        assert self._process is not None and self._process.stdin is not None and self._reports is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(os.fsencode(f"{order}\n"))
            self._process.stdin.flush()
        return map(json.loads, self._reports)

    def _how_it_ended(self) -> str:
        """Return the last line of the worker's own output."""
        assert self._log is not None
        self._log.seek(0)
        said = last_line(self._log.read().decode(errors="replace"))
        return said or "it was killed; free memory and run it again"

    def _end(self, kernel: list[int]) -> None:
        """End the worker, whose own handler takes the kernel along.

        One that was killed has left its children behind, and they are stopped for ever if the yardstick was
        just being taken: the kernel's process group is ended as well.
        """
        worker, self._process = self._process, None
        if worker is not None:
            assert worker.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                worker.stdin.close()
            try:
                worker.wait(10)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            if worker.returncode < 0:
                for group in kernel:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(group, signal.SIGKILL)
        for file in (self._reports, self._log):
            if file is not None:
                file.close()
        self._reports = self._log = None


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
