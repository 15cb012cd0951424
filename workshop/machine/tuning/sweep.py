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

from workshop.errors import WorkshopError
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

    full: every count, as far as there are not too many.
    """
    if full and cores <= MOST_COUNTS:
        return tuple(range(1, cores + 1))
    counts = sorted({*(2**exponent for exponent in range(cores.bit_length())), cores})
    return (1, *counts[1:][-(MOST_COUNTS - 1) :])


def usable_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Plan:
    """One sweep: what to measure, how often, and when to stop early."""

    workloads: tuple[str, ...]
    rounds: int
    limit: float = 60.0
    """No round begins after so many seconds, but for the first three."""
    slice: float = 0.05
    """The seconds that each workload is repeated for in each round."""


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
        lines = [line.strip() for line in self._errors if line.strip()]
        reason = lines[-1] if lines else f"it ended with status {status}"
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
        # The first one fills the compile cache; the others would only wait for its lock.
        first = stack.enter_context(Worker(threads[0], workloads, command))
        first.wait_until_ready()
        rest = [stack.enter_context(Worker(count, workloads, command)) for count in threads[1:]]
        for worker in rest:
            worker.wait_until_ready()
        yield [first, *rest]


def sweep(
    team: Sequence[Worker], plan: Plan, progress: Progress = lambda done, planned: None, seed: int = 0
) -> Table:
    """Measure all workers in turns; return the table of all rounds that were made."""
    order = random.Random(seed)
    started = time.monotonic()
    rounds: list[dict[int, list[float]]] = []
    while len(rounds) < plan.rounds:
        if len(rounds) >= FEWEST_ROUNDS and time.monotonic() - started > plan.limit:
            break
        rounds.append(_round(order.sample(list(team), len(team)), plan))
        progress(len(rounds), plan.rounds)
    threads = tuple(worker.threads for worker in team)
    rates = np.array([[measured[count] for count in threads] for measured in rounds])
    return Table(threads, plan.workloads, rates)


def _round(team: Sequence[Worker], plan: Plan) -> dict[int, list[float]]:
    """Let each worker measure once."""
    measured = {}
    for worker in team:
        time.sleep(SETTLE_SECONDS)
        measured[worker.threads] = worker.measure(plan.workloads, plan.slice)
    return measured


@contextmanager
def busy_neighbours(count: int, longest: float = 120.0) -> Iterator[None]:
    """Keep so many processes computing meanwhile, as notebooks do that train.

    longest: the seconds after which they end by themselves, should nobody be left to end them.
    """
    code = f"import time\nend = time.monotonic() + {longest}\nwhile time.monotonic() < end: pass"
    neighbours = [subprocess.Popen([sys.executable, "-S", "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
