"""Pictures: what they are drawn from, and that they show all of it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano")

from workshop.teach.names import show
from workshop.teach.names.corpus import People


def test_shares_of_letters_by_region() -> None:
    frequencies = show.letter_frequencies(People(["ab a", "zz"], np.array([0, 6], np.int32)))
    assert frequencies.shape == (7, 26)
    assert frequencies[0, :2].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert frequencies[6, 25] == 1
    assert frequencies[1].sum() == 0
