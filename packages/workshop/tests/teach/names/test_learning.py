"""What a reader learns from, and how much each counts."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano")

from workshop.teach.names import learning
from workshop.teach.names.corpus import People

OWN = People(["a b", "c d", "e f", "g h"], np.array([0, 0, 0, 2], np.int32))
NEAR = People(["i j", "k l"], np.array([0, 1], np.int32))


def test_every_region_has_the_same_weight_in_training() -> None:
    assert learning.fair(OWN).weights.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_neighbours_come_after_the_regions_with_their_share() -> None:
    lessons = learning.with_neighbours(OWN, ["Korean", "German"], NEAR, share=0.25)
    assert lessons.people.labels.tolist() == [0, 0, 0, 2, 7, 8]
    assert lessons.people.names[4:] == NEAR.names
    assert lessons.weights.mean() == pytest.approx(1)
    assert lessons.weights[4:].sum() == pytest.approx(0.25 * 6)
    assert lessons.weights[3] == pytest.approx(3 * lessons.weights[0])
    assert lessons.european == (8,)
    assert lessons.classes == 9
