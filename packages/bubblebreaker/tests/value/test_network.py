"""The network in Lasagne; skipped where there is no Theano."""

from __future__ import annotations

import numpy as np
import pytest

from bubblebreaker.value.trained import Trained

pytest.importorskip("theano", reason="there is no Theano here; the part lessons runs this")

from bubblebreaker.value.network import ValueNetwork


@pytest.fixture(scope="module")
def network() -> ValueNetwork:
    return ValueNetwork(np.array([1, 2, 3], np.float32), np.array([1, 2, 1], np.float32), 10.0, (16,), seed=3)


def test_it_learns_a_function_and_numpy_answers_the_same(network: ValueNetwork) -> None:
    rng = np.random.default_rng(1)
    told = rng.normal(2, 1, (256, 3)).astype(np.float32)
    targets = (20 * np.abs(told[:, 0] - 2) - 5 * told[:, 1]).astype(np.float32)
    assert not network.worth(told).any()
    first, errors = network.learn(told, targets, np.ones(256, np.float32), 0.0)
    assert errors == pytest.approx(-targets, abs=1e-3)
    for _ in range(1500):
        last, _ = network.learn(told, targets, np.ones(256, np.float32), 0.01)
    assert last < 0.05 * first
    assert Trained(network.arrays).worth(told) == pytest.approx(network.worth(told), abs=1e-3)


def test_weights_of_zero_teach_nothing() -> None:
    network = ValueNetwork(np.zeros(2, np.float32), np.ones(2, np.float32), 1.0, (4,))
    before = network.arrays
    network.learn(np.ones((3, 2), np.float32), np.ones(3, np.float32), np.zeros(3, np.float32), 0.1)
    for one, other in zip(before, network.arrays, strict=True):
        assert np.array_equal(one, other)


def test_a_copy_of_the_state_goes_on_alike(network: ValueNetwork) -> None:
    copy = ValueNetwork(network.mean, network.scale, 10.0, (16,), seed=9)
    copy.state = network.state
    told, targets = np.eye(3, dtype=np.float32), np.arange(3, dtype=np.float32)
    for both in (network, copy):
        both.learn(told, targets, np.ones(3, np.float32), 0.01)
    for one, other in zip(network.arrays, copy.arrays, strict=True):
        assert np.array_equal(one, other)
