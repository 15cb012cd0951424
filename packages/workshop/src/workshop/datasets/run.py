"""What belongs to one run of ``workshop data fetch``."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from workshop.datasets.catalogue import Source
from workshop.datasets.net import Reach
from workshop.datasets.progress import Progress
from workshop.datasets.store import Store


@dataclass
class Run:
    """One fetch: where to write, what is known about the network, and archives fetched so far."""

    store: Store
    progress: Progress
    ca_bundle: Path | None = None
    reach: Reach = field(default_factory=Reach)
    stop: threading.Event = field(default_factory=threading.Event)
    convert_one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    """A conversion takes a few hundred MB of memory for a moment."""
    together: list[Source] = field(default_factory=list)
    """Packages of PyPI that will be needed for certain and are fetched in one call."""
    _once: dict[tuple[str, ...], Future[Path]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def folder(self) -> Path:
        """Make a temporary folder on the data's file system; it is removed when the run ends."""
        return Path(tempfile.mkdtemp(dir=self.store.scratch, prefix="tmp-"))

    @property
    def pip_cache(self) -> Path:
        """Where pip keeps what it has fetched until the run is over, so that a killed run resumes."""
        return self.store.scratch / "pip"

    def once(self, key: tuple[str, ...], make: Callable[[], Path]) -> Path:
        """Return what ``make`` returned (or raised) for this key; only the first caller runs it."""
        with self._guard:
            future = self._once.get(key)
            mine = future is None
            if future is None:
                future = self._once[key] = Future()
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
        return future.result()
