"""How slow this machine is at the moment: fixed pieces of work, measured in processor seconds.

Processor seconds differ between machines, and on one machine with what else runs on it: a neighbour
takes caches, memory bandwidth and the clock's reserve. What a lesson takes is therefore divided by the
*slowness* that fixed pieces of the same kind of work show meanwhile. The quotient is its *work*, in
yardstick seconds: processor seconds of the machine on which ``REFERENCE`` was measured.

A round consists of one piece of each kind, about 20 ms each. Rounds are taken before the kernel
starts, while it runs, and after it has ended. While it runs, its processes are stopped for the length
of a round, so that the yardstick sees the machine as the lesson sees it, and not the lesson as well.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import mmap
import os
import random
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

REFERENCE = {"interpreter": 0.0204, "product": 0.0213, "memory": 0.0203}
"""Processor seconds that a piece of each kind takes where the slowness is 1: one core of a server with an
AMD EPYC of 2023 (Zen 4, 2.6 GHz), Python 3.11, NumPy 2.4 with OpenBLAS, nothing else at work."""

SCATTERED, LOOKED_AT = 5_000, 1_500
"""Pages of memory that the interpreter's piece has lying about, and at how many it looks in a round."""

ROUNDS_AT_REST = 2
"""Rounds before the lesson, and again after it."""
SHORTEST_INTERVAL = 1.0
WORK_BETWEEN = 3.0
"""Processor seconds of the lesson between two rounds: on a busy machine it comes to them slowly."""
STOPPED_SHARE = 0.04
"""The lesson is stopped for at most this share of the time, however slow or busy the machine is."""
TICKS = os.sysconf("SC_CLK_TCK")
TRIMMED = 0.1
"""So much of the rounds is left out at either end before they are averaged."""


@dataclass(frozen=True)
class Round:
    """One piece of each kind."""

    slowness: float
    """Processor seconds, relative to the reference, as a mean of the kinds."""
    delay: float
    """Seconds by the clock, likewise: a machine with other work has a delay above its slowness."""


@dataclass(frozen=True)
class Reading:
    """What all rounds come to."""

    slowness: float
    noise: float
    """The middle half of the rounds lies within this range, relative to their median."""
    rounds: int


def read(rounds: Sequence[Round]) -> Reading:
    """Combine rounds that were taken at even intervals.

    Their mean counts, for a lesson feels each slow minute, too; without the extremes, which are
    single rounds that something disturbed.
    """
    values = sorted(each.slowness for each in rounds)
    cut = int(len(values) * TRIMMED)
    slowness = statistics.fmean(values[cut : len(values) - cut])
    if len(values) < 2:
        return Reading(slowness, 0.0, len(values))
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Reading(slowness, (upper - lower) / middle, len(values))


class Yardstick:
    """The pieces of work, ready to be measured."""

    def __init__(
        self, cpu: Callable[[], float] = time.thread_time, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare the arrays, and do each piece once so that no round is the first."""
        self._cpu, self._clock = cpu, clock
        self._pieces = {"interpreter": _interpreter_piece(), **_array_pieces()}
        self.round()

    def round(self) -> Round:
        """Do one piece of each kind in this thread."""
        slowness, delay = [], []
        for kind, piece in self._pieces.items():
            cpu, clock = self._cpu(), self._clock()
            piece()
            slowness.append((self._cpu() - cpu) / REFERENCE[kind])
            delay.append((self._clock() - clock) / REFERENCE[kind])
        return Round(statistics.fmean(slowness), statistics.fmean(delay))

    def rounds(self, count: int = ROUNDS_AT_REST) -> list[Round]:
        """Do several rounds in a row."""
        return [self.round() for _ in range(count)]


def _interpreter_piece() -> Callable[[], None]:
    """Return what importing, plotting and building graphs consist of.

    Those are calls, dictionaries and short texts at hand, and now and then an object that lies anywhere in a
    memory at which nobody has looked for seconds, as the graph of a large network does. On a virtual machine
    the latter may take a hundred times as long as elsewhere while all that is at hand keeps its speed.
    """
    memory, places = _scattered(SCATTERED)
    looked_at = _in_turn(places, LOOKED_AT)

    def interpreter() -> None:
        seen: dict[int, int] = {}
        total = 0
        for number in range(144_000):
            key = number % 97
            seen[key] = seen.get(key, 0) + number
            total += len(str(number))
        for place in next(looked_at):
            memory[place] = 1

    return interpreter


def _scattered(count: int) -> tuple[mmap.mmap, list[int]]:
    """Return so many pages of memory, and a place in each in random order."""
    memory = mmap.mmap(-1, count * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    drawn = random.Random(0)
    places = [number * mmap.PAGESIZE + drawn.randrange(mmap.PAGESIZE) for number in range(count)]
    drawn.shuffle(places)
    return memory, places


def _in_turn(places: list[int], count: int) -> Iterator[list[int]]:
    """Yield ``count`` of the places, and the next ones, for ever: it is long that one was looked at."""
    for begin in itertools.cycle(range(0, len(places) - count + 1, count)):
        yield places[begin : begin + count]


def _array_pieces() -> dict[str, Callable[[], None]]:
    """Return the pieces that multiply matrices in the cache and stream arrays through the memory."""
    with _one_thread():
        import numpy as np
    drawn = np.random.default_rng(0)

    def numbers(*shape: int) -> npt.NDArray[np.float32]:
        return drawn.standard_normal(shape, dtype=np.float32)

    arrays = [*(numbers(512, 512) for _ in range(3)), *(numbers(1_500_000) for _ in range(3))]
    left, right, result, first, second, target = arrays

    def product() -> None:
        for _ in range(8):
            np.dot(left, right, out=result)

    def memory() -> None:
        for _ in range(16):
            np.multiply(first, second, out=target)
            np.add(target, first, out=target)
            np.maximum(target, 0, out=target)

    return {"product": product, "memory": memory}


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let a BLAS that is loaded in this block have one thread; the lesson's kernel keeps its own choice."""
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def spent_by(pid: int | None) -> float:
    """Return the processor seconds of a process and of the children it waited for; raises OSError."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


class Beside(threading.Thread):
    """Takes rounds while a lesson runs, with the lesson's processes stopped for the length of each.

    It does so within a ``with`` block.
    """

    def __init__(self, yardstick: Yardstick, group: int | None) -> None:
        """Prepare to stop the process group ``group``, or nothing when it is None."""
        super().__init__(daemon=True)
        self.rounds: list[Round] = []
        self.stopped_seconds = 0.0
        """How long the lesson was stopped, by the clock."""
        self._yardstick, self._group = yardstick, group
        self._ended = threading.Event()

    def run(self) -> None:
        """Take rounds until the end of the block."""
        interval, worked = SHORTEST_INTERVAL, 0.0
        while not self._ended.wait(interval):
            interval, spent = SHORTEST_INTERVAL, self._spent()
            if spent - worked < WORK_BETWEEN:
                continue
            worked, started = spent, time.monotonic()
            self._signal(signal.SIGSTOP)
            try:
                self.rounds.append(self._yardstick.round())
            finally:
                self._signal(signal.SIGCONT)
            took = time.monotonic() - started
            self.stopped_seconds += took if self._group is not None else 0.0
            interval = max(SHORTEST_INTERVAL, took / STOPPED_SHARE)

    def __enter__(self) -> None:
        """Begin."""
        self.start()

    def __exit__(self, *_: object) -> None:
        """Take no more rounds; when this returns nothing is stopped any more."""
        self._ended.set()
        self.join()

    def _spent(self) -> float:
        """Return the processor seconds of the group's first process, and of the children it waited for.

        Where they cannot be told every round is due.
        """
        try:
            return spent_by(self._group)
        except OSError:
            return math.inf

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to all processes of the group at once."""
        if self._group is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, number)
