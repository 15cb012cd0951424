"""What the lesson "Check" shows besides the doctor's board: hashes, BLAS speed, the round trip.

Needs the jupyter environment (IPython's display protocol, anywidget, NumPy).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from workshop.core.settings import Settings
from workshop.datasets.catalogue import Dataset, load_catalogue
from workshop.datasets.store import Store
from workshop.machine.lines import Line, green, red, yellow
from workshop.machine.needed_data import goes_on, stops_without, todays_parts


def hashed(settings: Settings, names: Sequence[str] | None = None) -> Iterator[Line]:
    """Read every file of the named data sets (None: all that are here) and compare its SHA-256.

    Yields one line a data set: green when its content is right; else red when today's schedule needs it,
    and yellow, with what goes on without it, when it does not.
    """
    store, parts = Store(settings.data), todays_parts(settings)
    for name, dataset in load_catalogue().items():
        if names is None or name in names:
            yield _hashed(store, dataset, parts)


def _hashed(store: Store, dataset: Dataset, parts: Collection[str]) -> Line:
    """Verify one data set."""
    check = f"data: {dataset.name}"
    started = time.perf_counter()
    lacking = [file.name for file in dataset.files if not store.verify(dataset, file)]
    if not lacking:
        seconds = time.perf_counter() - started
        return green(check, f"{_size(dataset.size)}, every byte as catalogued ({seconds:.1f} s)")
    damaged = [
        file.name for file in dataset.files if file.name in lacking and store.path(dataset, file).exists()
    ]
    if damaged:
        text = f"damaged: {', '.join(damaged)}"
    elif len(lacking) < len(dataset.files):
        text = f"{len(lacking)} of its {len(dataset.files)} files are not here"
    else:
        text = "not here"
    if stopped := stops_without(dataset, parts):
        again = f"run in a terminal: workshop data fetch {dataset.name}"
        return red(check, f"{text}; today's schedule needs it: {', '.join(stopped)}", again)
    return yellow(check, text, goes_on(dataset))


def _size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.0f} kB"


def multiplication_speed(side: int = 512, rounds: int = 5) -> float:
    """Return how fast NumPy multiplies float32 matrices of ``side`` by ``side``, in GFLOP/s.

    The best of ``rounds`` counts: a busy machine makes single rounds slower, never faster.
    """
    rng = np.random.default_rng(0)
    a, b = (rng.random((side, side), dtype=np.float32) for _ in range(2))
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * side**3 / best / 1e9


class RoundTrip(anywidget.AnyWidget):
    """Times messages from the browser to the kernel and back, and shows the result in the page.

    Without a browser nothing is measured: ``milliseconds`` stays empty.
    """

    _esm = Path(__file__).with_name("roundtrip.js")
    milliseconds = traitlets.List(traitlets.Float(), []).tag(sync=True)
    """One figure a message, as the browser's clock measured it."""

    def __init__(self, **options: Any) -> None:
        """Answer every message of the page at once with the same."""
        super().__init__(**options)
        self.on_msg(_echo)

    def line(self) -> Line:
        """Return what was measured as a line; yellow while nothing was."""
        if not self.milliseconds:
            return yellow("browser and kernel", "no browser has answered yet", "run this cell again")
        median = float(np.median(self.milliseconds))
        text = f"{len(self.milliseconds)} round trips, {median:.0f} ms each"
        if median > 200:
            return yellow("browser and kernel", text, "slow: sliders and live curves will lag")
        return green("browser and kernel", text)


def _echo(widget: RoundTrip, content: Any, _buffers: Any) -> None:
    """Send a message of the page back to it."""
    widget.send(content)
