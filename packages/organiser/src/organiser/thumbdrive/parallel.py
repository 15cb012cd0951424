"""Several sticks at once, a thread each: one table of progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from rich import progress
from rich.console import Console

from workshop.core.errors import WorkshopError

T = TypeVar("T")


class StoppedError(WorkshopError):
    """Somebody asked for the work to end; it is safe to start again."""


class Row:
    """One stick's row of the table: shows how far the work is, and ends it when that is asked for."""

    def __init__(self, label: str, table: progress.Progress, stop: threading.Event) -> None:
        """Begin a row; ``stop`` is set when the work shall end."""
        self._label, self._table, self._stop = label, table, stop
        self._task = table.add_task(label, total=None, step="")

    def begin(self, step: str, total: int | None = None) -> None:
        """Show what comes next, and of how many bytes it is."""
        self._table.reset(self._task, total=total, step=step)
        if self._table.disable:
            self._table.console.print(f"{self._label}: {step}")

    def advance(self, count: int) -> None:
        """Count bytes that were dealt with; raises StoppedError when the work shall end."""
        self._table.advance(self._task, count)
        if self._stop.is_set():
            raise StoppedError("stopped")


def run_together(works: Mapping[str, Callable[[Row], T]], console: Console) -> dict[str, T | WorkshopError]:
    """Do the work on each stick, all at the same time; return what came of it, or why it failed.

    One's failure does not end the others. Ctrl-C ends all of them at their next step and is passed on.
    """
    stop = threading.Event()
    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.fields[step]}", markup=False),
    )
    table = progress.Progress(*columns, console=console, disable=not console.is_terminal)
    with table, ThreadPoolExecutor(len(works)) as pool:
        futures = {label: pool.submit(_run, work, Row(label, table, stop)) for label, work in works.items()}
        try:
            wait(futures.values(), return_when=FIRST_EXCEPTION)
        finally:
            stop.set()
    return {label: future.result() for label, future in futures.items()}


def _run(work: Callable[[Row], T], row: Row) -> T | WorkshopError:
    try:
        result = work(row)
    except WorkshopError as error:
        row.begin(f"failed: {error}")
        return error
    row.begin("done")
    return result
