"""Processes that learn into one memory without waiting for each other.

A3C (Mnih and others, 2016) lets every process play its own games, compute a gradient with a copy of the
weights, and add it to the shared weights, without a lock (Niu and others, 2011: *Hogwild!*). The
lesson brings what a process does; here are the shared numbers and the starting and stopping.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.sharedctypes import RawArray
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError

Floats = npt.NDArray[np.float32]

LARGEST_NORM = 0.5
"""A gradient longer than this is shortened to it, as in the lesson's other trainings."""
DECAY, TINY = 0.99, 1e-5
"""Of RMSProp: how slowly it forgets squared gradients, and what keeps it from dividing by 0."""
PATIENCE = 600.0
"""Seconds beyond its time after which a process that does not end has failed."""


class SharedWeights:
    """A network's weights in memory that all processes see, with the squared gradients that RMSProp keeps."""

    def __init__(self, values: Sequence[npt.NDArray[Any]]) -> None:
        """Lay ``values``, arrays of any shapes, one after the other into shared memory."""
        self._shapes = [value.shape for value in values]
        size = sum(value.size for value in values)
        self._numbers = RawArray(ctypes.c_float, size)
        self._squares = RawArray(ctypes.c_float, size)
        self._flat()[:] = np.concatenate([value.ravel() for value in values])

    def _flat(self) -> Floats:
        return np.ctypeslib.as_array(self._numbers)

    def read(self) -> list[Floats]:
        """Return a copy of the weights as they are now, in the shapes in which they were given."""
        flat = self._flat().copy()
        parts = np.split(flat, np.cumsum([int(np.prod(shape)) for shape in self._shapes])[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def add(self, gradients: Sequence[npt.ArrayLike], rate: float) -> None:
        """Take a step of RMSProp against ``gradients``, without a lock: concurrent writes may be lost."""
        gradient = np.concatenate([np.asarray(each, np.float32).ravel() for each in gradients])
        gradient *= min(1.0, LARGEST_NORM / (float(np.linalg.norm(gradient)) + 1e-12))
        squares = np.ctypeslib.as_array(self._squares)
        squares *= DECAY
        squares += (1 - DECAY) * gradient**2
        self._flat()[:] -= rate * gradient / np.sqrt(squares + TINY)


class Worked(NamedTuple):
    """What processes have done together."""

    steps: int
    """Steps of games, of all processes."""
    seconds: float
    """Wall-clock time, from the first start to the last end."""
    cpu_seconds: float
    """CPU seconds, of all processes."""


Turn = Callable[[], int]
"""One turn of a process: play, compute a gradient, add it; returns how many steps were played."""


def work_side_by_side(begin: Callable[[int], Turn], processes: int, cpu_seconds: float) -> Worked:
    """Let ``processes`` take turns until each has used ``cpu_seconds`` of a processor; sum up what they did.

    ``begin`` is called with the process's number, in the process, and returns what to repeat. The time is
    counted in processor seconds, so that other programs shorten nobody's learning. Raises WorkshopError where
    a process fails, or where the system cannot fork.
    """
    try:
        context = multiprocessing.get_context("fork")
    except ValueError as error:
        raise WorkshopError("processes are forked here, which this system cannot do") from error
    steps, cpu = context.Array("d", processes), context.Array("d", processes)

    def run(number: int) -> None:
        turn, began = begin(number), time.process_time()
        while time.process_time() - began < cpu_seconds:
            steps[number] += turn()
        cpu[number] = time.process_time() - began

    team = [context.Process(target=run, args=(number,), daemon=True) for number in range(processes)]
    began = time.perf_counter()
    for each in team:
        each.start()
    deadline = began + PATIENCE + processes * cpu_seconds * 100 / max(1, os.cpu_count() or 1)
    for each in team:
        each.join(max(0.0, deadline - time.perf_counter()))
    seconds = time.perf_counter() - began
    for each in team:
        each.kill()
        each.join()
    failed = [number for number, each in enumerate(team) if each.exitcode != 0]
    if failed:
        raise WorkshopError(f"process {failed[0]} ended with {team[failed[0]].exitcode}; run the cell again")
    return Worked(int(sum(steps[:])), seconds, float(sum(cpu[:])))
