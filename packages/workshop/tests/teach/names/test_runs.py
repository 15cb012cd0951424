"""Names as counts."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from workshop.teach.names import runs


def test_runs_are_counted_by_their_hash() -> None:
    counts = runs.counted(["ab", "ba"], 2**12, longest=2).toarray()
    assert counts.dtype == np.float32
    # Runs of " ab ": " " twice, "a", "b", " a", "ab", "b ".
    assert sorted(counts[0][counts[0] > 0] * 3) == pytest.approx([1, 1, 1, 1, 1, 2])
    assert ((counts > 0).sum(axis=0) == 2).sum() == 3, "they share the edge, a and b"
