"""The processes that a lesson starts: found, measured, and ended together with the runner."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

import psutil

from workshop.lessons.yardstick import spent_by

SAMPLE_SECONDS = 0.05
SAMPLING_WORK = 0.05
LONGEST_PAUSE = 0.5
"""On a busy machine a kernel comes to little between two samples: it is looked at again when it has worked
for so many processor seconds, or after so long, for what its children do is told when they have ended."""
SAMPLING_SHARE = 0.03
"""Of the time at most so much goes into measuring: a kernel with children, say compilers, takes long."""
PAGE = os.sysconf("SC_PAGE_SIZE")

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# linux/kcmp.h, and the call's number on the processors that a workshop meets
_KCMP_VM = 1
_KCMP = {"x86_64": 312, "aarch64": 272}.get(os.uname().machine)

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when the thread that started it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none gets lost."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """Return the processes below ``pid``, without itself."""
    return list(_parents_below(pid))


def _parents_below(pid: int) -> dict[int, int]:
    """Return the parent of each process below ``pid``."""
    found: dict[int, int] = {}
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        children = _children(parent)
        found |= dict.fromkeys(children, parent)
        waiting += children
    return found


def _children(pid: int) -> list[int]:
    """Return the children of a process.

    The list that /proc keeps for each thread costs a hundredth of looking at every process.
    """
    with contextlib.suppress(OSError):
        if not Path(f"/proc/{pid}/task/{pid}/children").exists():
            return _children_by_search(pid)
        lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
        return [int(child) for text in lists for child in text.split()]
    return []


def _children_by_search(pid: int) -> list[int]:
    """Return the children of a process where /proc keeps no list of them."""
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def end_descendants(spared: Collection[int] = ()) -> None:
    """Kill every process below this one and wait for them, and for what they start meanwhile.

    spared: Processes to leave alone. They are this process's own children.
    """
    while processes := set(descendants(os.getpid())).difference(spared):
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.005)


def resident(pid: int) -> int:
    """Return the resident set size of a process in bytes; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def proportional(pid: int) -> int:
    """Return the proportional set size in bytes, or the resident one where it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return resident(pid)


def _same_memory(one: int, other: int) -> bool:
    """Return whether two processes use one memory; False where the system does not say (kcmp(2))."""
    return _KCMP is not None and _libc.syscall(_KCMP, one, other, _KCMP_VM, 0, 0) == 0


def memory_below(pid: int, apart: Collection[int] = ()) -> int:
    """Return the memory of all processes below ``pid`` except ``apart``, in bytes; shared pages count once.

    Reading a proportional size walks the process's page tables, so it is done only where several
    processes could share pages. One that is about to be replaced by a program (vfork) is its parent still: it
    would be told all of its parent's memory once more.
    """
    parents = _parents_below(pid)
    processes = [
        process
        for process, parent in parents.items()
        if process not in apart and not _same_memory(process, parent)
    ]
    measure = resident if len(processes) < 2 else proportional
    return sum(measure(process) for process in processes)


class MemoryWatch(threading.Thread):
    """Keep the largest sum of memory below this process, sampled every ``SAMPLE_SECONDS`` or less often."""

    def __init__(self, apart: Callable[[], bool] = lambda: False) -> None:
        """Watch nothing yet; ``start`` begins, ``stop`` ends. While ``apart()``, nothing counts."""
        super().__init__(daemon=True)
        self.peak = 0
        self.servers: Collection[int] = ()
        """Processes that never count: a kernel has what it shares with the one that it was forked from."""
        self.kernel: int | None = None
        """The process by whose work samples are taken; while there is none, by the clock alone."""
        self._apart = apart
        self._looked = -LONGEST_PAUSE, 0.0
        self.paused = False
        self._stopped = threading.Event()

    def run(self) -> None:
        """Sample until stopped."""
        pause = SAMPLE_SECONDS
        while not self._stopped.wait(pause):
            began = time.thread_time()
            if not self.paused and self._is_due() and not self._apart():
                found = memory_below(os.getpid(), self.servers)
                if found > self.peak:
                    # One that is just forked, or replaced, was counted with pages that it shares.
                    found = min(found, memory_below(os.getpid(), self.servers))
                # It may have begun meanwhile.
                if not self._apart():
                    self.peak = max(self.peak, found)
            pause = max(SAMPLE_SECONDS, (time.thread_time() - began) / SAMPLING_SHARE)

    def _is_due(self) -> bool:
        """Tell whether enough was done, or time went by, since the last sample."""
        try:
            spent = spent_by(self.kernel) if self.kernel is not None else math.inf
        except OSError:
            spent = math.inf
        now, (before, worked) = time.monotonic(), self._looked
        if now - before < LONGEST_PAUSE and spent - worked < SAMPLING_WORK:
            return False
        self._looked = now, 0.0 if math.isinf(spent) else spent
        return True

    def stop(self) -> int:
        """Stop sampling and return the peak in bytes."""
        self._stopped.set()
        self.join()
        return self.peak
