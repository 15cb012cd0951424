"""The processes that a lesson starts: measured, and ended together with the runner."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable

import psutil

SAMPLE_SECONDS = 0.05
SAMPLING_SHARE = 0.03
"""Of the time at most so much goes into measuring: a kernel with children, say compilers, takes long."""


def descendants() -> list[psutil.Process]:
    """Return the processes below this one, without itself."""
    return psutil.Process().children(recursive=True)


def end_descendants(group: int | None = None) -> None:
    """Kill every process below this one, what they start meanwhile, and the rest of a process group."""
    while processes := descendants():
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(processes, timeout=1)
    if group is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def memory_below() -> int:
    """Return the memory of all processes below this one, in bytes; shared pages count once.

    Reading a proportional size walks the process's page tables, so it is done only where several processes
    could share pages.
    """
    processes = descendants()
    alone = len(processes) < 2
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss if alone else process.memory_full_info().pss
    return total


class MemoryWatch(threading.Thread):
    """Keep the largest sum of memory below this process, sampled every ``SAMPLE_SECONDS`` or less often."""

    def __init__(self, memory: Callable[[], int] = memory_below) -> None:
        """Watch nothing yet; ``start`` begins, ``stop`` ends."""
        super().__init__(daemon=True)
        self.peak = 0
        self.paused = False
        self._memory = memory
        self._stopped = threading.Event()

    def run(self) -> None:
        """Sample until stopped."""
        pause = SAMPLE_SECONDS
        while not self._stopped.wait(pause):
            began = time.thread_time()
            if not self.paused:
                found = self._memory()
                if found > self.peak:
                    # A process that is just forked, or about to become another program, was counted with
                    # pages that it shares.
                    found = min(found, self._memory())
                # It may have been paused meanwhile.
                if not self.paused:
                    self.peak = max(self.peak, found)
            pause = max(SAMPLE_SECONDS, (time.thread_time() - began) / SAMPLING_SHARE)

    def stop(self) -> int:
        """Stop sampling and return the peak in bytes."""
        self._stopped.set()
        self.join()
        return self.peak
