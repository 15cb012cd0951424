"""The network that reads names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

theano = pytest.importorskip("theano")
T = theano.tensor

from workshop.teach.names import learning  # noqa: E402
from workshop.teach.names.corpus import People  # noqa: E402
from workshop.teach.names.letters import UNKNOWN, padded  # noqa: E402
from workshop.teach.names.reader import COUNTING_SCALE, Reader, Shape  # noqa: E402
from workshop.teach.names.runs import counted  # noqa: E402

SMALL = Shape(classes=2, width=8, units=12, dropout=0.0, hidden=0.0)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(SMALL)


def words(count: int, seed: int) -> People:
    """Words of a, b and c; the label: does it begin with ab or end with ca?"""
    rng = np.random.default_rng(seed)
    names = ["".join(rng.choice(list("abc"), rng.integers(3, 9))) for _ in range(count)]
    return People(names, np.array([name.startswith("ab") or name.endswith("ca") for name in names], np.int32))


COUNTING = replace(SMALL, classes=4, regions=2, columns=32, european=[3], deaf=0.0)


def test_counts_add_to_the_classes_that_they_belong_to() -> None:
    reader = Reader(COUNTING)
    alone = reader.answer(*reader.batch(["abca"]))
    weights = np.zeros((32, 3), np.float32)
    weights[:, 1], weights[:, 2] = 1, 5
    reader.counting[0].set_value(weights)
    more = (reader.answer(*reader.batch(["abca"])) - alone)[0]
    assert more[0] == pytest.approx(0, abs=1e-5)
    assert more[1] == pytest.approx(COUNTING_SCALE * counted(["abca"], 32).sum(), rel=1e-4)
    assert more[2] == pytest.approx(5 * more[1], rel=1e-4), "a nation of elsewhere"
    assert more[3] == pytest.approx(more[1], rel=1e-4), "a nation of the last region"


@pytest.mark.slow
def test_freed_training_memory_does_not_change_answers_or_learning(reader: Reader) -> None:
    batch, mask = padded(["abab", "cccc"])
    labels, weight = np.array([0, 1], np.int32), np.ones(2, np.float32)
    reader.learn(batch, mask, labels, weight, 0.01)
    before = reader.answer(batch, mask)
    reader.rest()
    assert np.array_equal(reader.answer(batch, mask), before)
    reader.learn(batch, mask, labels, weight, 0.01)
    assert not np.array_equal(reader.answer(batch, mask), before)


def test_padding_does_not_change_a_names_answer(reader: Reader) -> None:
    alone = reader.answer(*padded(["abca"]))
    beside = reader.answer(*padded(["abca", "abcabcabcabc"]))
    assert beside[0] == pytest.approx(alone[0], abs=1e-5)
    batch, mask = padded(["abca", "abcabcabcabc"])
    batch[mask == 0] = UNKNOWN
    assert reader.answer(batch, mask) == pytest.approx(beside, abs=1e-6)


@pytest.mark.slow
def test_gradients_are_the_derived_ones() -> None:
    reader = Reader(SMALL, seed=3)
    letters, mask, labels = T.imatrix(), T.matrix(), T.ivector()
    tables, walks = reader._read(letters, mask)
    scores = reader.scores(reader.pooled([walk.states[0] for walk in walks], mask))
    loss = T.nnet.categorical_crossentropy(T.nnet.softmax(scores), labels).mean()
    by_hand = reader._gradients(loss, letters, tables, walks)
    derived = T.grad(loss, reader.weights)
    quick = theano.compile.Mode(linker="cvm", optimizer="fast_compile")
    both = theano.function([letters, mask, labels], [*by_hand, *derived], mode=quick)
    found: list[Any] = both(*padded(["abc", "abcabca", "cb"]), np.array([0, 1, 1], np.int32))
    half = len(found) // 2
    for one, other in zip(found[:half], found[half:], strict=True):
        assert np.abs(other).max() > 0
        assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.slow
def test_it_learns_what_needs_both_ends() -> None:
    reader, unseen = Reader(SMALL, seed=1), words(200, 9)
    history = learning.train(reader, learning.fair(words(600, 1)), epochs=30, size=20)
    assert len(history.losses) == 30 * 30
    answers = np.concatenate([reader.answer(*padded([name])) for name in unseen.names]).argmax(axis=1)
    assert np.mean(answers == unseen.labels) > 0.9


def test_weights_go_out_and_come_back(reader: Reader) -> None:
    other = Reader(Shape(**reader.facts()), seed=7)
    other.take(reader.values())
    batch = padded(["abc", "cba"])
    assert (other.answer(*batch) == reader.answer(*batch)).all()
    with pytest.raises(ValueError, match="shapes"):
        other.take(reader.values()[:-1])
