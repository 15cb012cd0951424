"""Pictures show what they are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.teach import pictures


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=50))
def test_the_confusion_matrix_counts_every_pair(pairs: list[tuple[int, int]]) -> None:
    truth = np.array([pair[0] for pair in pairs], dtype=np.int32)
    answers = np.array([pair[1] for pair in pairs], dtype=np.int64)
    matrix = pictures.confusion_matrix(truth, answers, classes=4)
    assert matrix.shape == (4, 4)
    assert all(matrix[i, j] == pairs.count((i, j)) for i in range(4) for j in range(4))


def test_the_principal_plane_keeps_the_largest_differences() -> None:
    rng = np.random.default_rng(3)
    flat = rng.normal(size=(50, 2)) * [9, 3]
    turned = np.linalg.qr(rng.normal(size=(5, 5)))[0][:2]
    plane = pictures.principal_plane(flat @ turned + 100)
    assert plane.shape == (50, 2)
    assert plane.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert plane[:, 0].std() > 2 * plane[:, 1].std()
    distances = [np.linalg.norm(points[:, None] - points, axis=-1) for points in (flat, plane)]
    assert distances[0] == pytest.approx(distances[1]), "nothing was lost: they lay on a plane"


def test_worst_mistakes_are_the_surest_wrong_answers() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    figure = pictures.worst_mistakes(np.zeros((4, 1, 2, 2)), np.array([0, 0, 0, 1]), probabilities)
    assert [axes.get_title() for axes in figure.axes if axes.images] == ["0→1", "0→1"]
    only = pictures.worst_mistakes(
        np.arange(4).reshape(4, 1, 1, 1), np.array([0, 0, 0, 1]), probabilities, count=1
    )
    assert only.axes[0].images[0].get_array()[0, 0] == 2
