"""A picture that changes while it is worked on, with a progress line above it.

In a notebook both are drawn in place, without widgets, so that the same cells run headless and leave
a still picture. Elsewhere there are plain lines on stderr.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.imagenet.preprocessing import png
from workshop.teach.live import in_notebook
from workshop.teach.progress import ProgressLine

SECONDS_BETWEEN_PICTURES = 2.0


class Canvas:
    """Called with the pixels, the loss and the share that is done, shows them every two seconds."""

    def __init__(self, title: str) -> None:
        """Start with nothing drawn."""
        self.longest_gap = 0.0
        """The most processor seconds that went by between two pictures so far.

        By the clock a picture would also be late when the machine is busy with something else.
        """
        self._line = ProgressLine(title)
        self._last, self._last_work = time.monotonic(), time.process_time()
        self._handle: Any = None

    def __call__(self, pixels: npt.NDArray[np.float32], loss: float, share: float) -> None:
        """Show ``pixels`` (3, rows, columns), 0 to 255, unless a picture was shown a moment ago."""
        self._line(share, f"loss {loss:.3g}")
        now = time.monotonic()
        if share >= 1 or now - self._last >= SECONDS_BETWEEN_PICTURES:
            work = time.process_time()
            self.longest_gap = max(self.longest_gap, work - self._last_work)
            self._last, self._last_work = now, work
            if in_notebook():
                self._show(pixels)

    def _show(self, pixels: npt.NDArray[np.float32]) -> None:
        from IPython.display import Image as Shown
        from IPython.display import display

        shown = Shown(data=png(pixels), format="png")  # type: ignore[no-untyped-call]
        if self._handle is None:
            self._handle = display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown)
