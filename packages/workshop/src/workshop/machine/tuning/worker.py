"""One process that measures with the threads it was started with.

``python -P -m workshop.machine.tuning.worker NAME…`` compiles the workloads, prints ``{"ready": true}``
and then answers each line ``{"workloads": [NAME, …], "seconds": s}`` on its standard input with a line
``{"rates": {NAME: floating point operations a second, …}}``. It ends when its input does. A BLAS reads
OPENBLAS_NUM_THREADS when it is loaded; so does this process, and so does a kernel.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import IO

from workshop.machine.tuning import workloads

Work = Callable[[], object]
WARM_UP = 1


def rate(work: Work, flops: int, seconds: float, clock: Callable[[], float] = time.perf_counter) -> float:
    """Repeat some work for at least ``seconds`` and return its operations a second."""
    for _ in range(WARM_UP):
        work()
    calls, started = 0, clock()
    while True:
        work()
        calls += 1
        passed = clock() - started
        if passed >= seconds:
            return flops * calls / passed


def serve(compiled: dict[str, Work], asks: IO[str], answers: IO[str]) -> None:
    """Answer every line of ``asks`` until there are no more."""
    _say(answers, {"ready": True})
    for line in asks:
        ask = json.loads(line)
        rates = {
            name: rate(compiled[name], workloads.flops(name), ask["seconds"]) for name in ask["workloads"]
        }
        _say(answers, {"rates": rates})


def _say(answers: IO[str], line: dict[str, object]) -> None:
    """Write one line at once."""
    answers.write(json.dumps(line) + "\n")
    answers.flush()


if __name__ == "__main__":
    # What a library prints must not get between the answers.
    out, sys.stdout = sys.stdout, sys.stderr
    serve(workloads.compiled(sys.argv[1:]), sys.stdin, out)
