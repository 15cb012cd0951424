"""A progress line for work that is not training: drawn in place in a notebook, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any

from workshop.teach.live import SECONDS_BETWEEN_LINES, Progress, in_notebook, time_line


class ProgressLine:
    """Called with the share that is done (0 to 1) and a few words, shows both once a second."""

    def __init__(self, title: str) -> None:
        """Start with nothing drawn."""
        self.title = title
        self.started = time.monotonic()
        self._next = self.started
        self._handle: Any = None

    def __call__(self, share: float, text: str = "") -> None:
        """Show that ``share`` is done, unless that was shown a moment ago; the end is always shown."""
        now = time.monotonic()
        if share < 1 and now < self._next:
            return
        self._next = now + SECONDS_BETWEEN_LINES
        words = [self.title, text, f"{share:4.0%}", time_line(now - self.started, share)]
        self._draw(Progress(share, " · ".join(word for word in words if word)))

    def _draw(self, line: Progress) -> None:
        if not in_notebook():
            print(line, file=sys.stderr)
        elif self._handle is not None:
            self._handle.update(line)
        else:
            from IPython.display import display

            self._handle = display(line, display_id=True)  # type: ignore[no-untyped-call]
