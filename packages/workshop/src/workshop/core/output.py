"""What the command prints: one JSON document or text on stdout, everything else on stderr.

Downloads show how far they are: bars on a terminal, plain lines elsewhere.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console

from workshop.core.command import print_json

if TYPE_CHECKING:
    import rich.progress

__all__ = ["Advance", "Progress", "console", "messages", "print_json", "steps"]

# Texts hold paths, tasks and names of others: brackets in them are no markup.
console = Console(soft_wrap=True, markup=False, highlight=False)
messages = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
steps = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
"""Shows progress; ``--quiet`` silences it."""

Advance = Callable[[int], None]
"""Called with the number of bytes that have come so far."""


class Progress:
    """Tells a person how far several downloads at once are."""

    def __init__(self, console: Console) -> None:
        """Write to ``console``; bars only where it is a terminal."""
        self._console = console
        self._guard = threading.Lock()
        self._bars: rich.progress.Progress | None = None
        if console.is_terminal:
            from rich import progress as rich_progress  # only here: it takes long to load

            self._bars = rich_progress.Progress(
                rich_progress.TextColumn("{task.description}", markup=False),
                rich_progress.BarColumn(),
                rich_progress.DownloadColumn(),
                rich_progress.TransferSpeedColumn(),
                console=console,
                transient=True,
            )

    def __enter__(self) -> Progress:
        """Start drawing."""
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing; the bars disappear, the lines stay."""
        if self._bars:
            self._bars.stop()

    def say(self, text: str) -> None:
        """Print one line that stays."""
        with self._guard:
            self._console.print(text)

    @contextlib.contextmanager
    def download(self, label: str, total: int) -> Iterator[Advance]:
        """Show one download of ``total`` bytes (0: not known) while the body runs."""
        if self._bars is None:
            size = f" ({total / 1e6:.1f} MB)" if total else ""
            self.say(f"fetching {label}{size}")
            yield lambda done: None
            return
        bars = self._bars
        task = bars.add_task(label, total=total or None)
        try:
            yield lambda done: bars.update(task, completed=done)
        finally:
            bars.remove_task(task)
