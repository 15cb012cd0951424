"""Processes that learn into one memory."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.policy.hogwild import LARGEST_NORM, SharedWeights, work_side_by_side


def test_long_gradients_are_clipped_and_a_step_goes_down() -> None:
    steps = []
    for length in (LARGEST_NORM, 1000.0):
        shared = SharedWeights([np.zeros(2)])
        shared.add([np.array([length, 0.0])], rate=0.1)
        steps.append(shared.read()[0])
    assert steps[0][0] < 0 and steps[0][1] == 0
    assert np.allclose(*steps)


def test_processes_find_together_what_they_look_for() -> None:
    target = np.array([0.4, -0.3], np.float32)
    shared = SharedWeights([np.zeros(2)])

    def begin(number: int) -> Callable[[], int]:
        def turn() -> int:
            off = shared.read()[0] - target
            shared.add([np.where(np.arange(2) == number, off, 0)], rate=0.002)
            return 3

        return turn

    done = work_side_by_side(begin, 2, cpu_seconds=0.15)
    assert done.steps > 0 and done.steps % 3 == 0
    assert done.cpu_seconds >= 0.3
    assert np.allclose(shared.read()[0], target, atol=0.05), "each process sees to one of the two numbers"


def test_a_process_that_dies_is_named() -> None:
    def begin(number: int) -> Callable[[], int]:
        return lambda: os._exit(3) if number == 1 else 1

    with pytest.raises(WorkshopError, match="process 1 ended with 3"):
        work_side_by_side(begin, 2, cpu_seconds=0.02)
