"""Run lessons headless and judge what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError
from workshop.lessons.exercises import Prepared, exercises_in, prepare, read_solution
from workshop.lessons.metrics import Metric, metrics_in
from workshop.lessons.model import BUDGET_UNITS, About, Lesson, Notebook, Profile, about, tags_of
from workshop.lessons.worker import Failure, Job, Outcome

# Without --timeout a lesson may take this many times its budget, and without a budget this long.
PATIENCE = 3
SHORTEST_LIMIT = 300.0
NO_BUDGET_LIMIT = 1800.0
# One that died is noticed at once; one that is alive starts late only on a busy machine.
KERNEL_LIMIT = 300.0

Progress = Callable[[int, int], None]
"""Called with the number of the cell that begins and the number of cells."""


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
    """The exercises whose checks failed in a run without solutions."""
    network: str = ""
    """How the network was cut: namespace or guard."""


@dataclass(frozen=True)
class Ran:
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
class How:
    """How lessons are to be run."""

    notebooks: Path
    profile: Profile = Profile.FAST
    timeout: float | None = None
    output: Path | None = None
    """Where the executed notebooks are kept, if anywhere."""


def run_lesson(lesson: Lesson, how: How, progress: Progress, *, solved: bool = False) -> Result:
    """Run one lesson and hold it against its budget and its bars.

    Whatever is wrong with the lesson is told in the result; OSError passes, e.g. for a full disk.
    """
    try:
        notebook = lesson.read()
        told = about(lesson.name, notebook)
        ran = run_notebook(lesson, told, notebook, how, progress, solutions_of(notebook, how, wanted=solved))
    except WorkshopError as error:
        return Result(lesson.name, how.profile, 0.0, 0.0, 0.0, passed=False, why=str(error))
    if how.output is not None:
        keep(ran.notebook, how.output / f"{lesson.name}.ipynb")
    return judge(lesson.name, told, ran, how.profile, solved=solved)


def solutions_of(notebook: Notebook, how: How, *, wanted: bool) -> dict[str, str]:
    """Return the solutions of all exercises of a notebook, or none when they are not wanted."""
    names = exercises_in(notebook) if wanted else []
    return {name: read_solution(how.notebooks, name) for name in names}


def run_notebook(
    lesson: Lesson, told: About, notebook: Notebook, how: How, progress: Progress, solutions: dict[str, str]
) -> Ran:
    """Run a notebook in a temporary copy of the notebooks folder.

    Raises WorkshopError when it cannot be prepared or the runner itself fails.
    """
    if not told.kernel:
        raise WorkshopError(f"{lesson.name}: its metadata names no kernel; choose one in JupyterLab and save")
    prepared = prepare(notebook, how.profile, solutions)
    with tempfile.TemporaryDirectory(prefix="workshop-lesson-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        copied = scratch / "notebooks"
        _copy(how.notebooks, copied)
        file = scratch / "lesson.ipynb"
        file.write_text(json.dumps(_as_format_4_5(prepared)), encoding="utf-8")
        job = Job(
            notebook=str(file),
            folder=str(copied / lesson.path.relative_to(how.notebooks).parent),
            kernel=told.kernel,
            limit=how.timeout or _patience(told, how.profile),
            startup_limit=KERNEL_LIMIT,
        )
        outcome = _work(job, scratch, lambda index: progress(prepared.numbers[index], len(notebook["cells"])))
        executed = json.loads(file.read_text(encoding="utf-8"))
        return Ran(outcome, executed, prepared.numbers)


def _as_format_4_5(prepared: Prepared) -> Notebook:
    """Return the notebook with an id in every cell, as format 4.5 asks."""
    for position, cell in enumerate(prepared.notebook["cells"]):
        cell.setdefault("id", f"cell-{position}")
    return {**prepared.notebook, "nbformat": 4, "nbformat_minor": 5}


def _patience(told: About, profile: Profile) -> float:
    """Return the seconds after which a lesson is stopped that was given no --timeout."""
    budget = told.budget.get(profile, {})
    seconds = budget.get("seconds") or budget.get("cpu_seconds")
    return max(SHORTEST_LIMIT, PATIENCE * seconds) if seconds else NO_BUDGET_LIMIT


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


def _work(job: Job, scratch: Path, began: Callable[[int], None]) -> Outcome:
    """Let a worker do the job; whatever happens here, the worker and its kernel end."""
    order = scratch / "job.json"
    order.write_text(json.dumps(asdict(job)), encoding="utf-8")
    log = scratch / "log"
    reading, writing = os.pipe()
    with log.open("wb") as noise, os.fdopen(reading, encoding="utf-8") as reports:
        try:
            worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "workshop.lessons.worker", str(order), str(writing)],
                stdin=subprocess.DEVNULL,
                stdout=noise,
                stderr=noise,
                cwd=scratch,
                env=_environment(scratch),
                pass_fds=[writing],
                # Ctrl-C reaches this process only, which then ends the worker in an orderly way.
                start_new_session=True,
            )
        finally:
            os.close(writing)
        with _ended(worker):
            for line in reports:
                report = json.loads(line)
                if "outcome" in report:
                    return _outcome(report["outcome"])
                began(report["cell"])
    raise WorkshopError(f"the lesson runner itself stopped: {_last_line(log)}")


def _environment(scratch: Path) -> dict[str, str]:
    """Return the worker's environment: nobody's start-up files, no traces elsewhere."""
    temporary = scratch / "tmp"
    temporary.mkdir()
    return {
        **os.environ,
        "TMPDIR": str(temporary),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "WORKSHOP_HEADLESS": "1",
    }


@contextlib.contextmanager
def _ended(worker: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the worker when the block is left; its own handler takes the kernel along."""
    try:
        yield
    except BaseException:
        worker.send_signal(signal.SIGTERM)
        raise
    finally:
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _outcome(values: dict[str, Any]) -> Outcome:
    """Rebuild the outcome from the worker's JSON."""

    def failure(value: dict[str, Any] | None) -> Failure | None:
        return None if value is None else Failure(**value)

    return Outcome(
        **{
            **values,
            "failure": failure(values["failure"]),
            "checks": {name: failure(value) for name, value in values["checks"].items()},
        }
    )


def _last_line(log: Path) -> str:
    """Return the last line of the worker's own output."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it was killed; free memory and run it again"


def keep(notebook: Notebook, path: Path) -> None:
    """Write an executed notebook, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(notebook, file, indent=1, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def judge(name: str, told: About, ran: Ran, profile: Profile, *, solved: bool) -> Result:
    """Hold a run against the lesson's budget and bars."""
    outcome = ran.outcome
    failed = {exercise: failure for exercise, failure in outcome.checks.items() if failure is not None}
    faults = [] if outcome.failure is None else [ran.place(outcome.failure)]
    if solved:
        faults += [
            f"check:{exercise} fails with the solution, {ran.place(failure)}"
            for exercise, failure in failed.items()
        ]
    metrics, unreadable = read_metrics(ran)
    # A run that broke off has neither its figures nor its metrics to be judged by.
    if outcome.failure is None:
        faults += unreadable + over_budget(told, outcome, profile) + under_bars(told, metrics, profile)
    return Result(
        name=name,
        profile=profile,
        seconds=outcome.seconds,
        cpu_seconds=outcome.cpu_seconds,
        peak_rss_mb=outcome.peak_rss_mb,
        passed=not faults,
        why="; ".join(faults),
        metrics=metrics,
        exercises_open=[] if solved else list(failed),
        network=outcome.network,
    )


def read_metrics(ran: Ran) -> tuple[dict[str, Metric], list[str]]:
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


def over_budget(told: About, outcome: Outcome, profile: Profile) -> list[str]:
    """Return the figures that are over the lesson's budget."""
    taken = {
        "seconds": outcome.seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "rss_mb": outcome.peak_rss_mb,
    }
    # Much more wall than CPU time tells that the machine was busy with something else.
    beside = {"seconds": f" ({outcome.cpu_seconds:.1f} CPU-s)"}
    units = BUDGET_UNITS
    return [
        f"took {taken[key]:.1f} {units[key]}{beside.get(key, '')}, budget {limit:g} {units[key]}"
        for key, limit in told.budget.get(profile, {}).items()
        if taken[key] > limit
    ]


def under_bars(told: About, metrics: dict[str, Metric], profile: Profile) -> list[str]:
    """Return the metrics that miss their bar or are not there."""
    faults = []
    for name, bar in told.bars.items():
        if profile not in bar.profiles:
            continue
        value = metrics.get(name)
        if isinstance(value, str) or value is None:
            faults.append(f"the metric {name} has a bar but no number")
        elif value < bar.minimum:
            faults.append(f"{name} is {value:g}, bar at least {bar.minimum:g}")
        elif value > bar.maximum:
            faults.append(f"{name} is {value:g}, bar at most {bar.maximum:g}")
    return faults
