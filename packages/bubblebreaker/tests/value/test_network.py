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


def test_the_average_of_the_weights_answers() -> None:
    told, targets = np.eye(3, dtype=np.float32), np.arange(3, dtype=np.float32)
    now, slow = (ValueNetwork(np.zeros(3), np.ones(3), 1.0, (4,), 1, inertia) for inertia in (0.0, 0.75))
    for _ in range(3):
        before, average = [array.copy() for array in now.arrays], slow.arrays
        for both in (now, slow):
            both.learn(told, targets, np.ones(3, np.float32), 0.01)
        assert not all(np.array_equal(*pair) for pair in zip(before, now.arrays, strict=True))
        for mean, weight, was in zip(slow.arrays, now.arrays, average, strict=True):
            assert mean == pytest.approx(0.25 * weight + 0.75 * was, abs=1e-6)


def test_a_wider_one_begins_with_the_same_answers_and_learns_from_what_else_it_is_told(
    network: ValueNetwork,
) -> None:
    mean, scale = np.array([7, 1, 2, 3, 0]), np.array([1, 1, 2, 1, 3])
    wider = ValueNetwork(mean, scale, 10.0, (24,), seed=5)
    wider.widen(network.arrays, np.array([1, 2, 3]))
    told = np.random.default_rng(2).normal(2, 3, (256, 5)).astype(np.float32)
    before = network.worth(told[:, 1:4])
    assert wider.worth(told) == pytest.approx(before, abs=1e-3)
    targets = before + 5 * told[:, 4]
    first, _ = wider.learn(told, targets, np.ones(256, np.float32), 0.0)
    for _ in range(500):
        last, _ = wider.learn(told, targets, np.ones(256, np.float32), 0.01)
    assert last < 0.05 * first
