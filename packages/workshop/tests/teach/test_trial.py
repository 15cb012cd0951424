"""Small networks around one layer: what is counted, what is silenced, and that they learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.teach.data import Pictures

pytest.importorskip("theano")

from workshop.teach.trial import Trial, window


@pytest.fixture(scope="module")
def halves() -> Pictures:
    """Pictures whose ink is in the upper or in the lower half."""
    labels = np.arange(128, dtype=np.int32) % 2
    images = np.zeros((128, 1, 28, 28), np.float32)
    images[labels == 0, :, :14] = 1
    images[labels == 1, :, 14:, :7] = 1
    return Pictures(images, labels, images[:32], labels[:32])


@pytest.mark.parametrize("size", [1, 3, (1, 7), (5, 1)])
def test_a_window_sees_what_it_sees_with_same_padding(size: int | tuple[int, int]) -> None:
    import lasagne.layers as L  # noqa: N812

    picture = np.random.default_rng(1).normal(size=(1, 2, 7, 9)).astype(np.float32)
    seen = window(L.InputLayer((None, 2, 7, 9)), 3, size)
    same = L.Conv2DLayer(seen.input_layer, 3, size, pad="same", W=seen.W, b=seen.b)
    assert seen.output_shape == (None, 3, 7, 9)
    ours, theirs = (L.get_output(layer, picture).eval() for layer in (seen, same))
    assert np.allclose(ours, theirs, atol=1e-5)


def test_it_learns_and_is_lost_without_its_channels(halves: Pictures) -> None:
    tried = Trial(lambda layer: window(layer, 6, 3), seed=1)
    assert tried.learn(halves, epochs=30).right(halves) == 1
    assert tried.right(halves, np.zeros(6)) == 0.5, "silent, it says the same of all pictures"


def test_it_learns_by_another_loss_and_says_how_sure_it_is(halves: Pictures) -> None:
    def never_sure(says: Any, labels: Any) -> Any:
        return -says.mean()

    tried = Trial(lambda layer: window(layer, 3, 3), 1, loss=never_sure).learn(halves, epochs=10)
    chances = tried.chances(halves.test_images)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert chances.max() < 0.2, "all ten answers are about as likely"
