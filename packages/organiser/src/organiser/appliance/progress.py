"""How far long work on one file is: a bar on a terminal, nothing elsewhere. On stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workshop.output import messages


@contextmanager
def byte_bar(what: str, size: int) -> Iterator[Callable[[int], None]]:
    """Yield what is told of each so many bytes; ``size`` is all of them."""
    if not messages.is_terminal:
        yield lambda _: None
        return
    # Importing these takes as long as hashing a few hundred megabytes.
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=messages, transient=True) as bar:
        task = bar.add_task(what, total=size)
        yield lambda count: bar.advance(task, count)
