"""The memory: nothing is lost or made up, and priorities draw as often as they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bubblebreaker.value.replay import PrioritisedReplay, Replay, SumTree


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_a_sum_tree_finds_where_a_partial_sum_is_passed(values: list[float], seed: int) -> None:
    tree = SumTree(len(values))
    tree.put(np.arange(len(values)), values)
    assert tree.total == pytest.approx(sum(values))
    if tree.total == 0:
        return
    sums = np.random.default_rng(seed).random(20) * tree.total
    found = tree.find(sums)
    ends = np.cumsum(values)
    for at, wanted in zip(found, sums, strict=True):
        assert values[at] > 0
        assert ends[at] - values[at] <= wanted + 1e-6
        assert wanted <= ends[at] + 1e-6


@pytest.mark.parametrize("kind", [Replay, PrioritisedReplay])
def test_a_full_ring_forgets_the_oldest(kind: type[Replay]) -> None:
    memory = kind(5, 1)
    for number in range(8):
        memory.add(np.full((1, 1), number, np.float32), np.array([10.0 * number], np.float32))
    drawn = memory.draw(200, np.random.default_rng(1))
    assert set(drawn.told[:, 0]) == {3, 4, 5, 6, 7}
    assert np.array_equal(drawn.targets, 10 * drawn.told[:, 0])


@pytest.mark.parametrize("kind", [Replay, PrioritisedReplay])
def test_what_was_never_remembered_is_never_drawn(kind: type[Replay]) -> None:
    memory = kind(1000, 1)
    memory.add(np.ones((3, 1), np.float32), np.ones(3, np.float32))
    assert memory.draw(500, np.random.default_rng(1)).told.all()


def test_too_much_at_once_is_refused() -> None:
    with pytest.raises(ValueError, match="3 boards do not fit into a memory of 2"):
        Replay(2, 1).add(np.zeros((3, 1), np.float32), np.zeros(3, np.float32))


def prioritised(errors: list[float]) -> PrioritisedReplay:
    memory = PrioritisedReplay(len(errors), 1, alpha=0.5, beta=1.0, least=1.0)
    told = np.arange(len(errors), dtype=np.float32)[:, np.newaxis]
    places = memory.add(told, np.zeros(len(errors), np.float32))
    memory.note(places, np.array(errors, np.float32))
    return memory


def test_what_surprised_more_is_drawn_more_often() -> None:
    memory = prioritised([0, 3, -15, 24])  # priorities 1, 2, 4, 5
    drawn = memory.draw(12_000, np.random.default_rng(1))
    shares = np.bincount(drawn.places, minlength=4) / 1000
    assert shares == pytest.approx([1, 2, 4, 5], rel=0.02)


def test_weights_make_up_for_it() -> None:
    memory = prioritised([0, 3, -15, 24])
    drawn = memory.draw(12_000, np.random.default_rng(1))
    weighed = np.bincount(drawn.places, drawn.weights, minlength=4)
    assert weighed / weighed[0] == pytest.approx([1, 1, 1, 1], rel=0.03)
    assert drawn.weights.max() == 1


def test_what_is_new_is_drawn_soon() -> None:
    memory = PrioritisedReplay(100, 1)
    old = memory.add(np.zeros((99, 1), np.float32), np.zeros(99, np.float32))
    errors = np.zeros(99, np.float32)
    errors[0] = 1e4
    memory.note(old, errors)
    memory.add(np.ones((1, 1), np.float32), np.zeros(1, np.float32))
    drawn = memory.draw(64, np.random.default_rng(1))
    assert np.mean(drawn.told == 1) > 0.2
