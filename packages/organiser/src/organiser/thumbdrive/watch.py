"""Between the work on one stick and whoever looks on: how far it is, and whether to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable


class StoppedError(Exception):
    """Somebody asked for the work to end; it is safe to start again."""


class Watch:
    """Told how far the work is; tells it when to stop."""

    def __init__(
        self,
        stop: threading.Event | None = None,
        on_bytes: Callable[[int], None] = lambda count: None,
        on_step: Callable[[str], None] = lambda text: None,
        beside: int = 1,
    ) -> None:
        """Stop when ``stop`` is set; pass on bytes dealt with, and each step in words.

        ``beside``: so many sticks are worked on at the same time, this one among them.
        """
        self.beside = beside
        self._stop = stop or threading.Event()
        self._on_bytes = on_bytes
        self._on_step = on_step

    def advance(self, count: int) -> None:
        """Count bytes that were dealt with; raises StoppedError when the work shall end."""
        self._on_bytes(count)
        self.check()

    def step(self, text: str) -> None:
        """Say what comes next."""
        self._on_step(text)
        self.check()

    def check(self) -> None:
        """Raise StoppedError when the work shall end."""
        if self._stop.is_set():
            raise StoppedError
