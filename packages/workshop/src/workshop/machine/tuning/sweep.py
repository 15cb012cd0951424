"""Measure thread counts against each other, each in a process of its own, in turns.

A change of OpenBLAS's threads in a running process would be measured sooner, but it is not what the
kernel will do: it loads the library with the variable set. So there is one process a thread count.
They live side by side and work one after the other, each for a fraction of a second, in an order
that changes with every round: a neighbour that comes or goes meets all of them alike.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

import numpy as np

from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line
from workshop.machine.tuning.choose import Table

VARIABLE = "OPENBLAS_NUM_THREADS"
MODULE = "workshop.machine.tuning.worker"
SETTLE_SECONDS = 0.04
"""A pool's idle threads spin for some hundredths of a second; they must not disturb the next one."""
MOST_COUNTS = 6
"""A process takes 100 MB; so many of them fit beside a notebook."""
FEWEST_ROUNDS = 3

Progress = Callable[[int, int], None]
"""Called with the number of rounds that are done and the number planned."""


def thread_counts(cores: int, *, full: bool = False) -> tuple[int, ...]:
    """Return the thread counts to try with so many usable cores: 1, 2, 4, … and all.

    Where they are too many, those between are left out. full: every count, unless they are too many.
    """
    if full and cores <= MOST_COUNTS:
        return tuple(range(1, cores + 1))
    counts = sorted({*(2**exponent for exponent in range(cores.bit_length())), cores})
    return (*counts[:2], *counts[2:][-(MOST_COUNTS - 2) :])


@dataclass(frozen=True)
class Plan:
    """One sweep: what to measure, how often, and when to stop early."""

    workloads: tuple[str, ...]
    rounds: int
    limit: float = 60.0
    """No round begins after so many seconds of measuring, but for the first three."""
    slice: float = 0.02
    """The seconds that each workload is repeated for in each round."""


def _silent(_done: int, _planned: int) -> None:
    """Show no progress."""


class Worker:
    """A process that measures with a number of threads."""

    def __init__(self, threads: int, workloads: Sequence[str], command: Sequence[str] = ()) -> None:
        """Start it; it compiles the workloads meanwhile."""
        self.threads = threads
        self._errors: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (see __exit__)
        self._process = subprocess.Popen(
            [*(command or (sys.executable, "-P", "-m", MODULE)), *workloads],
            env={**os.environ, VARIABLE: str(threads)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def wait_until_ready(self) -> None:
        """Return when everything is compiled; WorkshopError when it failed."""
        self._answer()

    def measure(self, workloads: Sequence[str], seconds: float) -> list[float]:
        """Return the operations a second of each workload."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"workloads": workloads, "seconds": seconds}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise WorkshopError(self._why()) from None
        rates = self._answer()["rates"]
        return [rates[name] for name in workloads]

    def _answer(self) -> dict[str, dict[str, float]]:
        """Read one line of the process."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WorkshopError(self._why())
        answer: dict[str, dict[str, float]] = json.loads(line)
        return answer

    def _why(self) -> str:
        """Say in one line how the process ended."""
        status = self._process.wait()
        self._errors.seek(0)
        reason = last_line(self._errors.read()) or f"it ended with status {status}"
        if status == -9:
            reason = "it was killed, most likely out of memory; shut down other kernels"
        return f"measuring with OPENBLAS_NUM_THREADS={self.threads} failed: {reason}"

    def __enter__(self) -> Self:
        """Return the worker."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()


@contextmanager
def workers(
    threads: Sequence[int], workloads: Sequence[str], command: Sequence[str] = ()
) -> Iterator[list[Worker]]:
    """Start a worker for each thread count, ready to measure; end them all afterwards."""
    with ExitStack() as stack:
        team = [stack.enter_context(Worker(count, workloads, command)) for count in threads]
        for worker in team:
            worker.wait_until_ready()
        yield team


def sweep(team: Sequence[Worker], plan: Plan, progress: Progress = _silent, seed: int = 0) -> Table:
    """Measure all workers in turns; return the table of all rounds that were made."""
    return take_turns([(team, plan)], progress, seed)[0]


def take_turns(
    jobs: Sequence[tuple[Sequence[Worker], Plan]], progress: Progress = _silent, seed: int = 0
) -> list[Table]:
    """Make several sweeps at once, a round of each in turn; return their tables.

    What the machine does besides changes by the minute. Two sweeps that are to be compared have to see
    the same of it.
    """
    order = random.Random(seed)
    running = [_Running(team, plan, order) for team, plan in jobs]
    planned = sum(plan.rounds for _, plan in jobs)
    while not all(each.done for each in running):
        for each in running:
            if not each.done:
                each.advance()
        progress(sum(len(each.rounds) for each in running), planned)
    return [each.table() for each in running]


class _Running:
    """A sweep on its way."""

    def __init__(self, team: Sequence[Worker], plan: Plan, order: random.Random) -> None:
        self.team, self.plan, self.order = team, plan, order
        self.rounds: list[dict[int, list[float]]] = []
        self.seconds = 0.0

    @property
    def done(self) -> bool:
        """Whether all rounds are made, or enough of them and the time is over."""
        late = len(self.rounds) >= FEWEST_ROUNDS and self.seconds > self.plan.limit
        return late or len(self.rounds) >= self.plan.rounds

    def advance(self) -> None:
        """Let each worker measure once."""
        started = time.monotonic()
        measured = {}
        for worker in self.order.sample(list(self.team), len(self.team)):
            time.sleep(SETTLE_SECONDS)
            measured[worker.threads] = worker.measure(self.plan.workloads, self.plan.slice)
        self.rounds.append(measured)
        self.seconds += time.monotonic() - started

    def table(self) -> Table:
        """Return what was measured."""
        threads = tuple(worker.threads for worker in self.team)
        rates = np.array([[measured[count] for count in threads] for measured in self.rounds])
        return Table(threads, self.plan.workloads, rates, self.seconds)


@contextmanager
def busy_neighbours(count: int, longest: float = 120.0) -> Iterator[None]:
    """Keep so many processes computing meanwhile, as notebooks do that train.

    longest: the seconds after which they end by themselves, should nobody be left to end them.
    """
    code = f"import time\nend = time.monotonic() + {longest}\nwhile time.monotonic() < end: pass"
    neighbours = [subprocess.Popen([sys.executable, "-P", "-S", "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
