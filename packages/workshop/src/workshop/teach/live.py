"""What a lesson shows while it works: a progress line, a loss curve that grows, a picture that changes.

In a notebook they are drawn in place, as HTML and pictures, and need no widgets: the same cells run headless
and leave a still picture. Elsewhere there are plain lines on stderr.
"""

from __future__ import annotations

import html
import io
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lessonkit.kernel import in_notebook

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECONDS_BETWEEN_LINES = 1.0
SECONDS_BETWEEN_PICTURES = 2.0
SHARE_OF_DRAWING = 0.02
"""Drawing may take this share of the training's time, however slow the machine is."""
ERROR = "test error"
"""The share of wrong answers, 0 to 1: what is shown beside the loss unless another measure is named."""
SHARE_TO_ESTIMATE = 0.03
"""How much must be done before the time that is left is told."""
SECONDS_TO_ESTIMATE, LEAST_SHARE = 10.0, 0.003
"""On a slow machine nobody waits for that: after so long so little is enough."""


class Progress:
    """A line of text with a bar, as HTML where a browser shows it and as text elsewhere."""

    def __init__(self, share: float, text: str) -> None:
        """Show that ``share`` (0 to 1) is done."""
        self.share = share
        self.text = text

    def __repr__(self) -> str:
        """Return the line for people without a browser."""
        return f"[{'#' * round(20 * self.share):<20}] {self.text}"

    def _repr_html_(self) -> str:
        bar = f'<progress value="{self.share:.3f}" max="1" style="width: 12em"></progress>'
        return f'<div style="font-family: monospace">{bar} {html.escape(self.text)}</div>'


def time_line(spent: float, share: float) -> str:
    """Say how long a share of the work took and, once that can be known, how long the rest will take."""
    # The first steps compile and say nothing about the others.
    least = SHARE_TO_ESTIMATE if spent < SECONDS_TO_ESTIMATE else LEAST_SHARE
    if not least <= share < 1:
        return f"{spent:.0f} s"
    left = spent / share - spent
    return f"{spent:.0f} s · about {f'{left:.0f} s' if left < 100 else f'{left / 60:.0f} min'} left"


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


class LiveCurve:
    """A progress line every second and a curve as often as drawing it costs next to nothing."""

    def __init__(self, title: str, measure: str = ERROR) -> None:
        """Start with nothing drawn. ``measure``: what the second curve is; only ERROR is in percent."""
        self.title, self.measure = title, measure
        self.started = time.monotonic()
        self._next_line = self._next_picture = 0.0
        self._handles: dict[str, Any] = {}

    def update(
        self, share: float, losses: Sequence[float], errors: Sequence[float], *, final: bool = False
    ) -> None:
        """Show how far training is: ``losses`` of each step, ``errors`` (or the other measure) by epoch."""
        now = time.monotonic()
        if not final and now < self._next_line:
            return
        self._next_line = now + SECONDS_BETWEEN_LINES
        progress = Progress(share, self._line(share, losses, errors))
        if not in_notebook():
            print(progress, file=sys.stderr)
            return
        self._display("progress", progress)
        # Where nobody watches only the last one will ever be seen.
        if final or (now >= self._next_picture and "LESSONKIT_HEADLESS" not in os.environ):
            self._display("picture", _Picture(curve_png(self.title, share, losses, errors, self.measure)))
            cost = time.monotonic() - now
            self._next_picture = now + max(SECONDS_BETWEEN_PICTURES, cost / SHARE_OF_DRAWING)

    def _line(self, share: float, losses: Sequence[float], errors: Sequence[float]) -> str:
        spent = time.monotonic() - self.started
        parts = [self.title, f"{share:4.0%}", time_line(spent, share)]
        if losses:
            parts.append(f"loss {float(np.mean(losses[-50:])):.4f}")
        if errors:
            last = f"{errors[-1]:.2%}" if self.measure == ERROR else f"{errors[-1]:.4g}"
            parts.append(f"{self.measure} {last}")
        return " · ".join(parts)

    def _display(self, slot: str, thing: object) -> None:
        from IPython.display import display

        if slot in self._handles:
            self._handles[slot].update(thing)
        else:
            self._handles[slot] = display(thing, display_id=True)  # type: ignore[no-untyped-call]


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

        from workshop.teach.imagenet.preprocessing import png

        shown = Shown(data=png(pixels), format="png")  # type: ignore[no-untyped-call]
        if self._handle is None:
            self._handle = display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown)


class _Picture:
    """A PNG that a notebook shows, and a word for everything that cannot."""

    def __init__(self, png: bytes) -> None:
        self.png = png

    def __repr__(self) -> str:
        return "<loss curve>"

    def _repr_png_(self) -> bytes:
        return self.png


def curve_png(
    title: str, share: float, losses: Sequence[float], errors: Sequence[float], measure: str = ERROR
) -> bytes:
    """Draw the curves of a training that is ``share`` done; return a PNG of 7 by 2.6 inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.6))
    axes = figure.add_axes((0.11, 0.2, 0.79, 0.68))
    draw_curves(axes, share, losses, errors, measure)
    axes.set_title(title)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=80)
    return png.getvalue()


def draw_curves(
    axes: Axes, share: float, losses: Sequence[float], errors: Sequence[float], measure: str = ERROR
) -> None:
    """Draw the loss (left scale, logarithmic, averaged) and the other measure (right) into ``axes``."""
    from matplotlib.ticker import NullFormatter

    steps = max(1, len(losses))
    total = steps / max(share, 1 / steps) if losses else 1.0
    smooth = _averages(losses)
    axes.plot(np.linspace(0, steps, len(smooth)), smooth, color="tab:blue", label="training loss")
    axes.set(yscale="log", xlim=(0, total), xlabel="step", ylabel="training loss")
    # Plain numbers; a curve that stays within one power of ten needs those between, too.
    lowest, highest = axes.get_ylim()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}" if highest < 10 * lowest else NullFormatter())
    if errors:
        right = axes.twinx()
        places = np.arange(1, len(errors) + 1) * steps / len(errors)
        factor, label = (100, f"{ERROR}, %") if measure == ERROR else (1, measure)
        right.plot(places, factor * np.array(errors), "o-", color="tab:orange", markersize=4)
        right.set_ylabel(label, color="tab:orange")
        right.set_ylim(bottom=0)


def _averages(losses: Sequence[float], points: int = 150) -> list[float]:
    """Average neighbouring steps so that at most ``points`` values remain."""
    pieces = np.array_split(np.asarray(losses, dtype=float), min(points, len(losses)) or 1)
    return [float(piece.mean()) for piece in pieces if len(piece)]
