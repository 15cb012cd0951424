"""Pictures show what they are given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.teach import pictures


def test_small_multiples_show_each_picture_once() -> None:
    images = np.random.default_rng(0).random((7, 1, 4, 5)).astype(np.float32)
    figure = pictures.small_multiples(images, [f"no {i}" for i in range(7)], columns=3)
    shown = [axes for axes in figure.axes if axes.images]
    assert len(figure.axes) == 9
    assert [axes.get_title() for axes in shown] == [f"no {i}" for i in range(7)]
    for axes, image in zip(shown, images, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), image[0])
    assert not plt.get_fignums(), "a figure left open would be shown twice"


def test_weights_share_one_scale_around_zero() -> None:
    figure = pictures.small_multiples(np.array([[[-3.0]], [[1.0]]]), signed=True)
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(-3.0, 3.0)}


def test_of_no_pictures_it_says_so() -> None:
    for empty in (np.zeros((0, 1, 28, 28), "float32"), np.zeros((0, 28, 28), "float32")):
        figure = pictures.small_multiples(empty, np.zeros(0, int))
        figure.canvas.draw()
        assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["none"]


def test_side_by_side_tells_ink_from_weights() -> None:
    figure = pictures.side_by_side({"ink": np.ones((2, 3)), "weights": np.array([[-2.0, 1.0]])})
    ink, weights = figure.axes
    assert ink.images[0].get_cmap().name == "gray_r"
    assert weights.images[0].get_clim() == (-2.0, 2.0)
    assert [axes.get_title() for axes in figure.axes] == ["ink", "weights"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=50))
def test_the_confusion_matrix_counts_every_pair(pairs: list[tuple[int, int]]) -> None:
    truth = np.array([pair[0] for pair in pairs], dtype=np.int32)
    answers = np.array([pair[1] for pair in pairs], dtype=np.int64)
    matrix = pictures.confusion_matrix(truth, answers, classes=4)
    assert matrix.shape == (4, 4)
    assert all(matrix[i, j] == pairs.count((i, j)) for i in range(4) for j in range(4))


@pytest.mark.parametrize("names", [None, ["cat", "dog", "cow"]])
def test_only_mistakes_are_coloured_and_written(names: list[str] | None) -> None:
    matrix = np.array([[9, 2, 0], [0, 8, 0], [1, 0, 7]])
    figure = pictures.draw_confusion(matrix, names)
    (axes,) = figure.axes
    assert sorted(text.get_text() for text in axes.texts) == ["1", "2"]
    assert np.diag(np.asarray(axes.images[0].get_array())).tolist() == [0, 0, 0]
    assert matrix[0, 0] == 9, "the caller's matrix is left alone"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == (names or ["0", "1", "2"])


def test_worst_mistakes_are_the_surest_wrong_answers() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    figure = pictures.worst_mistakes(np.zeros((4, 1, 2, 2)), np.array([0, 0, 0, 1]), probabilities)
    assert [axes.get_title() for axes in figure.axes if axes.images] == ["0→1", "0→1"]
    only = pictures.worst_mistakes(
        np.arange(4).reshape(4, 1, 1, 1), np.array([0, 0, 0, 1]), probabilities, count=1
    )
    assert only.axes[0].images[0].get_array()[0, 0] == 2


def test_no_mistakes_are_said_so() -> None:
    figure = pictures.worst_mistakes(np.zeros((1, 1, 2, 2)), np.array([1]), np.array([[0.0, 1.0]]))
    assert figure.texts[0].get_text() == "no mistakes"


def test_bars_stand_side_by_side_on_scales_of_their_own() -> None:
    figure = pictures.compare({"wrong": {"a": 1.5, "b": 0.0}, "memory": {"a": 100, "b": 400}})
    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
    assert heights == [[1.5, 0], [100, 400]]
    assert [axes.get_title() for axes in figure.axes] == ["wrong", "memory"]
    assert [axes.get_ylim()[1] for axes in figure.axes] == [1.875, 500]


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


def test_shadows_colour_each_kind() -> None:
    spaces = {"pixels": np.eye(6, 4), "code": np.arange(18.0).reshape(6, 3)}
    figure = pictures.shadows(spaces, np.array([3, 7, 3, 7, 7, 7]))
    assert [axes.get_title() for axes in figure.axes] == ["pixels", "code"]
    for axes in figure.axes:
        assert [len(kind.get_offsets()) for kind in axes.collections] == [2, 4]
    legend = figure.axes[-1].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["3", "7"]
