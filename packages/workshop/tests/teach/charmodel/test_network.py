from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from teach.charmodel import toys
from workshop.teach.charmodel.network import Form, Network
from workshop.teach.charmodel.streams import Batch, windows


@pytest.fixture(scope="module")
def gru() -> Network:
    return toys.network()


@pytest.fixture(autouse=True)
def fresh(gru: Network) -> None:
    gru.take(toys.network().values())


def test_padding_does_not_change_what_is_learnt(gru: Network) -> None:
    assert toys.NAMES.mask is not None
    rubbish = [np.where(toys.NAMES.mask > 0, ids, 3).astype(np.int32) for ids in toys.NAMES[:2]]
    learnt = []
    for batch in (toys.NAMES, Batch(*rubbish, toys.NAMES.mask)):
        gru.take(toys.network().values())
        loss, _ = gru.learn(batch, 0.01)
        learnt.append([loss, *gru.values()])
    assert all(np.array_equal(one, other) for one, other in zip(*learnt, strict=True))


def test_a_carried_state_makes_two_windows_one(gru: Network) -> None:
    ids = np.random.default_rng(3).integers(4, size=41).astype(np.int32)
    [whole] = windows(ids, rows=2, steps=20)
    at_once, end = gru.nats(whole)
    parts, state = [], None
    for batch in windows(ids, rows=2, steps=7):
        nats, state = gru.nats(batch, state)
        parts.append(nats)
    assert np.concatenate(parts) == pytest.approx(at_once, abs=1e-5)
    assert state == pytest.approx(end, abs=1e-6)


@pytest.mark.parametrize(("cell", "layers"), [("gru", 1), ("lstm", 2)])
def test_single_steps_give_the_same_answers_as_a_whole_sequence(cell: str, layers: int) -> None:
    made = toys.network(cell, layers)
    walked, end = made.nats(toys.WINDOW, toys.state(made), toys.KINDS)
    shown, _ = made.look(toys.WINDOW, toys.state(made), toys.KINDS)
    state = toys.state(made)
    for read, wanted, nats, seen in zip(toys.WINDOW.read, toys.WINDOW.wanted, walked, shown, strict=True):
        logits, state = made.next(read, state, toys.KINDS)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        assert -logs[np.arange(4), wanted] == pytest.approx(nats, abs=1e-5)
        assert state[-1, 0] == pytest.approx(seen, abs=1e-5)
    assert state == pytest.approx(end, abs=1e-5)


def test_a_condition_changes_the_answers() -> None:
    made = toys.network()
    zeros, ones = np.zeros(4, np.int32), np.ones(4, np.int32)
    state = made.start(4)
    read = np.array([0, 1, 2, 3], np.int32)
    assert not np.allclose(made.next(read, state, zeros)[0], made.next(read, state, ones)[0], atol=0.01)
    mixed = made.next(read, state, np.array([0, 1, 0, 1], np.int32))[0]
    assert mixed[::2] == pytest.approx(made.next(read, state, zeros)[0][::2])
    assert mixed[1::2] == pytest.approx(made.next(read, state, ones)[0][1::2])


def test_it_learns_a_toy_grammar() -> None:
    """After a comes b twice, then c: whoever does not count cannot know."""
    made = Network(Form(4, 24), seed=1)
    ids = np.array([1, 2, 2, 3] * 500, np.int32)
    for _ in range(12):
        state = None
        for batch in windows(ids, rows=8, steps=25):
            loss, state = made.learn(batch, 0.02, state)
    assert loss < 0.05
