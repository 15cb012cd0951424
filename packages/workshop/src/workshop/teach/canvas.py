"""A picture that changes while it is worked on, with a progress line above it.

In a notebook both are drawn in place, without widgets, so that the same cells run headless and leave
a still picture. Elsewhere there are plain lines on stderr.
"""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from workshop.teach.live import in_notebook
from workshop.teach.progress import ProgressLine

SECONDS_BETWEEN_PICTURES = 2.0
ENLARGED = 384
"""Small pictures are shown so wide, in pixels."""


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


def png(pixels: npt.NDArray[np.float32]) -> bytes:
    """Return float32 (3, rows, columns), 0 to 255, as a PNG, enlarged when it is small."""
    values = np.rint(pixels.transpose(1, 2, 0)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(values)
    if picture.width < ENLARGED:
        size = (ENLARGED, round(picture.height * ENLARGED / picture.width))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    content = io.BytesIO()
    picture.save(content, "png")
    return content.getvalue()
