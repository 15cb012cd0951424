from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from theano import tensor

from teach.captions import toys
from workshop.teach.captions import network, scenes

pytestmark = pytest.mark.slow  # A minute of compiling.
BATCH = scenes.scenes(toys.things(), 12, np.random.default_rng(2))


@pytest.fixture(scope="module")
def captioner() -> network.Captioner:
    return network.Captioner((4, 4, 6, 8), units=16)


@pytest.fixture(autouse=True)
def fresh(captioner: network.Captioner, beginning: list[np.ndarray]) -> None:
    for own, value in zip(captioner.memory, beginning, strict=True):
        own.set_value(value)


@pytest.fixture(scope="module")
def beginning(captioner: network.Captioner) -> list[np.ndarray]:
    return [own.get_value() for own in captioner.memory]


def test_it_begins_with_a_choice_among_all_words_and_learns(captioner: network.Captioner) -> None:
    first = captioner.learn(BATCH, 0.0)
    assert first == pytest.approx(np.log(len(scenes.WORDS)), rel=0.2)
    for _ in range(25):
        last = captioner.learn(BATCH, 0.01)
    assert last < 0.6 * first


def test_words_after_the_end_do_not_change_the_loss(captioner: network.Captioner) -> None:
    rubbish = np.where(BATCH.mask > 0, BATCH.words, 5).astype(np.int32)
    assert captioner.learn(BATCH._replace(words=rubbish), 0.0) == captioner.learn(BATCH, 0.0)


def test_it_tells_in_words_of_its_own_and_says_the_same_again(captioner: network.Captioner) -> None:
    told, looks = captioner.tell(BATCH.images)
    assert looks.shape == (12, scenes.LONGEST, 49) and looks.sum(axis=2) == pytest.approx(1, abs=1e-4)
    assert len(told) == len(BATCH.images)
    assert {word for words in told for word in words} <= set(scenes.WORDS)
    values = captioner.values()
    captioner.learn(BATCH, 0.1)
    captioner.take(values)
    assert captioner.tell(BATCH.images)[0] == told


def test_attention_reads_where_the_query_fits_and_can_be_taken_away() -> None:
    def softmax(fits: np.ndarray) -> np.ndarray:
        powers = np.exp(fits - fits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    features = np.array([[[9.0, 0], [0, 9], [0, 0]]])
    read, shares = network.read_out(features, np.array([[0, 5.0]]), softmax)
    assert read[0] == pytest.approx([0, 9]) and shares[0] == pytest.approx([0, 1, 0])
    places = tensor.tensor3()
    even = network.mean_read_out(places, None, softmax)[0].eval({places: features.astype(np.float32)})
    assert even[0] == pytest.approx([3, 3])
