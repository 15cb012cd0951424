"""What computes here, so that it can be timed: the processor and, where a library for it is there, a card.

All of them work on numbers of 32 bits and have the same three functions, as NumPy, CuPy and PyTorch share
them: ``ones(shape)``, ``matmul(a, b, out=c)``, ``add(a, b, out=c)``.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

ROUNDS = 7
CALLS_ON_A_CARD = 20
"""It is told what to do without being waited for; one call alone would mostly measure the telling."""


@dataclass(frozen=True)
class Machine:
    """Something that computes."""

    name: str
    ones: Callable[[tuple[int, ...]], Any]
    matmul: Callable[..., Any]
    add: Callable[..., Any]
    wait: Callable[[], object] = lambda: None
    """Returns when all that was asked for is done."""
    clock: Callable[[], float] = time.process_time
    calls: int = 1

    def seconds(self, work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
        """Return the shortest and the median of some rounds, in seconds for one call of ``work``.

        Whatever disturbs a round makes it longer, so the shortest is nearest to what the machine can do.
        The first call, which also fetches and compiles, does not count.
        """
        work()
        self.wait()
        found = []
        for _ in range(rounds):
            begun = self.clock()
            for _ in range(self.calls):
                work()
            self.wait()
            found.append((self.clock() - begun) / self.calls)
        return min(found), median(found)


def processor() -> Machine:
    """Return one core of this machine's processor, timed by the seconds that it really worked.

    ``OPENBLAS_NUM_THREADS=1`` has to be in the environment before NumPy is loaded: threads that wait for
    each other work, too, and all their seconds count.
    """
    import numpy as np

    return Machine("one core here", lambda shape: np.ones(shape, np.float32), np.matmul, np.add)


def _by_cupy() -> Machine | None:
    cupy = importlib.import_module("cupy")
    if not cupy.cuda.runtime.getDeviceCount():
        return None
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"]
    return Machine(
        f"{name.decode() if isinstance(name, bytes) else name}, by CuPy",
        lambda shape: cupy.ones(shape, dtype="float32"),
        cupy.matmul,
        cupy.add,
        cupy.cuda.Device().synchronize,
        time.perf_counter,
        CALLS_ON_A_CARD,
    )


def _by_torch() -> Machine | None:
    torch = importlib.import_module("torch")
    if not torch.cuda.is_available():
        return None
    return Machine(
        f"{torch.cuda.get_device_name(0)}, by PyTorch",
        lambda shape: torch.ones(shape, dtype=torch.float32, device="cuda"),
        torch.matmul,
        torch.add,
        torch.cuda.synchronize,
        time.perf_counter,
        CALLS_ON_A_CARD,
    )


LIBRARIES: dict[str, Callable[[], Machine | None]] = {"cupy": _by_cupy, "torch": _by_torch}


def cards() -> Iterator[Machine]:
    """Yield the first card that a library in this kernel can use; none without such a library.

    A library that is there and fails, as without a driver, is passed over: ``detect`` says what is missing.
    """
    for name, machine_by in LIBRARIES.items():
        if importlib.util.find_spec(name) is None:
            continue
        try:
            machine = machine_by()
        except Exception:  # each library raises errors of its own, some of them from its import
            continue
        if machine is not None:
            yield machine
            return
