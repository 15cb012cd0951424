"""What is measured has a name and a number of operations."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.machine.tuning import workloads


def test_theano_does_the_work() -> None:
    pytest.importorskip("theano", reason="needs Theano's environment")
    made = workloads.compiled([workloads.TRAINING, "square 3"])
    assert np.shape(made["square 3"]()) == (3, 3)
    first = float(np.asarray(made[workloads.TRAINING]()))
    for _ in range(20):
        last = float(np.asarray(made[workloads.TRAINING]()))
    assert last < first
