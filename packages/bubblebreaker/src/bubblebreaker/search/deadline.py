"""When a search has to stop."""

from __future__ import annotations

import time

CLOCK_SHARE = 3.0
"""How many times as long a search may take by the clock, on a machine that others use too."""


class Deadline:
    """When to stop: after some seconds of this process's own time, or so many times as many by the clock."""

    def __init__(self, seconds: float, clock_share: float = CLOCK_SHARE) -> None:
        """Begin to count."""
        self._began = time.process_time(), time.monotonic()
        self._seconds = seconds
        self._clock_seconds = seconds * clock_share

    def passed(self) -> bool:
        """Return whether it is time to stop."""
        by_clock = time.monotonic() - self._began[1]
        return self.spent() >= self._seconds or by_clock >= self._clock_seconds

    def spent(self) -> float:
        """Return the seconds of this process's time since the beginning."""
        return time.process_time() - self._began[0]
