"""Several sticks at once, a thread each: one table of progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from rich import progress as rich_progress
from rich.console import Console

from organiser.thumbdrive.watch import StoppedError, Watch
from workshop.errors import WorkshopError

T = TypeVar("T")


@dataclass(frozen=True)
class Job(Generic[T]):
    """The work on one stick."""

    label: str
    total: int
    """Bytes that the work will tell its Watch of."""
    work: Callable[[Watch], T]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """How the work on one stick ended: with a result, or with a reason."""

    label: str
    result: T | None
    why: str = ""

    @property
    def told(self) -> str:
        """Why it failed, behind the stick's name, which many reasons begin with themselves."""
        names = (self.label, str(Path(self.label).absolute()))
        return self.why if self.why.startswith(names) else f"{self.label}: {self.why}"


def run_together(jobs: Sequence[Job[T]], console: Console, at_once: int) -> list[Outcome[T]]:
    """Do all jobs, ``at_once`` at a time; one's failure does not end the others.

    Ctrl-C ends all of them at their next step and is passed on.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        table = stack.enter_context(_Table(console))
        pool = stack.enter_context(ThreadPoolExecutor(at_once, thread_name_prefix="stick"))
        beside = max(1, min(at_once, len(jobs)))
        watched = [(job, table.watch(job, stop, beside)) for job in jobs]
        futures = [pool.submit(_run, job, watch, table) for job, watch in watched]
        try:
            _wait_for(futures)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _wait_for(futures: list[Future[Outcome[T]]]) -> None:
    """Wait in short steps, so that Ctrl-C is seen at once."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=0.2, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()


def _run(job: Job[T], watch: Watch, table: _Table) -> Outcome[T]:
    try:
        result = job.work(watch)
    except StoppedError:
        return Outcome(job.label, None, "stopped")
    except WorkshopError as error:
        table.end(job.label, f"failed: {error}")
        return Outcome(job.label, None, str(error))
    table.end(job.label, "done")
    return Outcome(job.label, result)


class _Table:
    """One row a stick."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._guard = threading.Lock()
        self._rows: dict[str, rich_progress.TaskID] = {}
        self._told: dict[str, tuple[int, int]] = {}
        self._bars: rich_progress.Progress | None = None
        if console.is_terminal:
            self._bars = rich_progress.Progress(
                rich_progress.TextColumn("{task.description}", markup=False),
                rich_progress.BarColumn(),
                rich_progress.TaskProgressColumn(),
                rich_progress.TransferSpeedColumn(),
                rich_progress.TimeRemainingColumn(),
                rich_progress.TextColumn("{task.fields[step]}", markup=False),
                console=console,
            )

    def __enter__(self) -> _Table:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._bars.stop()

    def watch(self, job: Job[T], stop: threading.Event, beside: int) -> Watch:
        """Return a watch whose news go into the job's row."""
        if self._bars:
            bars, row = self._bars, self._bars.add_task(job.label, total=job.total or None, step="waiting")
            self._rows[job.label] = row
            return Watch(
                stop, lambda n: bars.update(row, advance=n), lambda s: bars.update(row, step=s[-40:]), beside
            )
        return Watch(stop, lambda n: self._tell_tenths(job, n), beside=beside)

    def _tell_tenths(self, job: Job[T], count: int) -> None:
        done, tenths = self._told.get(job.label, (0, 0))
        done += count
        now = min(10, 10 * done // job.total) if job.total else 0
        self._told[job.label] = (done, now)
        if now > tenths:
            self._say(f"{job.label}: {10 * now} %")

    def end(self, label: str, how: str) -> None:
        """Say how the work on one stick ended."""
        if self._bars:
            self._bars.update(self._rows[label], step=how)
        else:
            self._say(f"{label}: {how}")

    def _say(self, text: str) -> None:
        with self._guard:
            self._console.print(text, markup=False, highlight=False)
