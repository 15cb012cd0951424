"""What is measured has a name and a number of operations."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.machine.tuning import workloads


def test_operations() -> None:
    assert workloads.flops("square 100") == 2 * 100**3
    assert workloads.flops("dense layer") == 2 * 128 * 784 * 400
    weights = 784 * 400 + 400 * 400 + 400 * 10
    assert workloads.flops(workloads.TRAINING) == 6 * 128 * weights


def test_every_name_is_known() -> None:
    names = [*workloads.LESSONS, *(workloads.square(side) for side in workloads.SQUARES)]
    assert all(workloads.flops(name) > 0 for name in names)
    assert set(workloads.QUICK) <= set(workloads.LESSONS)
    with pytest.raises(KeyError):
        workloads.flops("something else")


def test_theano_does_the_work() -> None:
    pytest.importorskip("theano", reason="needs Theano's environment")
    made = workloads.compiled([workloads.TRAINING, "square 3"])
    assert np.shape(made["square 3"]()) == (3, 3)
    first = float(np.asarray(made[workloads.TRAINING]()))
    for _ in range(20):
        last = float(np.asarray(made[workloads.TRAINING]()))
    assert last < first
