from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.teach.charmodel.scores import mean_nats


class Counting:
    """Stands for a network whose surprise is the number that it should have said, plus its state."""

    def nats(self, batch: Any, state: Any) -> tuple[Any, Any]:
        state = 0 if state is None else state
        return batch.wanted.astype(np.float32) + state, state + 100


def test_the_mean_is_that_of_all_characters_and_the_state_is_carried() -> None:
    ids = np.arange(9, dtype=np.int32)
    assert mean_nats(Counting(), ids, rows=2, steps=3) == pytest.approx((36 + 2 * 100) / 8)  # type: ignore[arg-type]
