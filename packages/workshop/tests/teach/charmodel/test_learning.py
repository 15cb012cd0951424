from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.teach.charmodel.learning import train


class Listener:
    """Stands for a network: it notes what it is given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, float, Any]] = []

    def learn(self, batch: Any, rate: float, state: Any) -> tuple[float, Any]:
        self.calls.append((batch, rate, state))
        return 1.0 / len(self.calls), len(self.calls)


IDS = np.arange(81, dtype=np.int32)


def test_as_many_batches_as_asked_with_the_state_carried() -> None:
    network = Listener()
    history = train(network, IDS, batches=25, rows=2, steps=4, checks=5, check=lambda: 2.5)  # type: ignore[arg-type]
    assert len(network.calls) == len(history.losses) == 25
    assert history.errors == [2.5] * 5
    states = [state for _, _, state in network.calls]
    assert [number for number, state in enumerate(states) if state is None] == [0, 10, 20]
    assert states[1] == 1 and states[11] == 11


def test_some_rows_begin_a_window_without_memory() -> None:
    class Remembering(Listener):
        def learn(self, batch: Any, rate: float, state: Any) -> tuple[float, Any]:
            super().learn(batch, rate, state)
            return 1.0, np.ones((1, 1, 20, 3), np.float32)

    def states(**how: float) -> Any:
        network = Remembering()
        train(network, np.arange(8001, dtype=np.int32), batches=100, rows=20, steps=4, **how)  # type: ignore[arg-type]
        assert network.calls[0][2] is None
        return np.array([state for _, _, state in network.calls[1:]])

    assert states().min() == 1
    kept = states(forget=0.2)
    assert kept.dtype == np.float32
    assert np.array_equal(kept.min(axis=-1), kept.max(axis=-1)), "a row is emptied as a whole"
    assert kept.mean() == pytest.approx(0.8, abs=0.05)
    assert len({tuple(rows.ravel()) for rows in kept}) > 50, "other rows each time"
    assert np.array_equal(kept, states(forget=0.2)), "the seed decides"
