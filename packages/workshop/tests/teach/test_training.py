"""The loop calls the step for every batch, at the right rate, and tells everything back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.teach.batches import warm_up_then_down
from workshop.teach.training import train

Calls = list[tuple[list[int], float]]


def recorder(calls: Calls) -> Any:
    def step(x: Any, y: Any, rate: Any) -> Any:
        assert rate.dtype == np.float32
        assert (y == 2 * x).all()
        calls.append(([int(v) for v in x], float(rate)))
        return np.array(1 / len(calls), dtype=np.float32)

    return step


def run(calls: Calls, **wishes: Any) -> Any:
    x = np.arange(10)
    settings: dict[str, Any] = {"epochs": 3, "size": 4, "rate": warm_up_then_down(1.0)}
    return train(recorder(calls), x, 2 * x, **{**settings, **wishes})


def test_every_epoch_sees_every_row_once_in_another_order() -> None:
    calls: Calls = []
    history = run(calls)
    assert len(calls) == 9
    epochs = [[row for rows, _ in calls[i : i + 3] for row in rows] for i in (0, 3, 6)]
    assert all(sorted(rows) == list(range(10)) for rows in epochs)
    assert epochs[0] != epochs[1]
    assert history.losses == pytest.approx([1 / n for n in range(1, 10)])


def test_an_interrupt_keeps_what_was_learnt(capsys: pytest.CaptureFixture[str]) -> None:
    def step(x: Any, y: Any, rate: Any) -> Any:
        if int(x[0]) == 2:
            raise KeyboardInterrupt
        return 0.5

    x = np.arange(3)
    history = train(step, x, x, epochs=50, size=1, rate=lambda step, steps: 0.1)
    assert len(history.losses) < 3
    assert "interrupted" in capsys.readouterr().out
