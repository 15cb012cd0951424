"""The pieces of the adversarial game."""

from __future__ import annotations

import numpy as np
import pytest

theano = pytest.importorskip("theano")
T = theano.tensor

from workshop.teach.names import gan  # noqa: E402

LOGITS = np.array([[0.3, 1.0, -0.5], [2.0, 0.0, 0.1]], np.float32)


def test_the_straight_through_estimator_is_one_hot_forwards() -> None:
    soft = T.matrix()
    chosen = theano.function([soft], gan.straight_through(soft))
    assert chosen(LOGITS) == pytest.approx(np.array([[0, 1, 0], [1, 0, 0]]), abs=1e-6)


def test_the_straight_through_estimator_has_the_softmax_gradient() -> None:
    logits, worth = T.matrix(), np.array([[1.0, 2.0, 5.0]], np.float32)
    soft = T.nnet.softmax(logits)
    through = theano.function([logits], T.grad((gan.straight_through(soft) * worth).sum(), logits))
    derived = theano.function([logits], T.grad((soft * worth).sum(), logits))
    hard = theano.function(
        [logits], T.grad((gan.hardest(soft) * worth).sum(), logits, disconnected_inputs="ignore")
    )
    assert np.abs(derived(LOGITS)).max() > 0.1
    assert through(LOGITS) == pytest.approx(derived(LOGITS), abs=1e-6)
    assert np.abs(hard(LOGITS)).max() == 0


def test_gumbel_noise_draws_by_the_chances() -> None:
    chances = np.array([0.6, 0.3, 0.1])
    uniform = T.matrix()
    noise = theano.function([uniform], gan.gumbel(uniform))
    draws = noise(np.random.default_rng(1).random((20_000, 3)).astype(np.float32))
    drawn = np.bincount((np.log(chances) + draws).argmax(axis=1), minlength=3) / 20_000
    assert drawn == pytest.approx(chances, abs=0.015)
    assert np.isfinite(noise(np.array([[0.0, 1.0]], np.float32))).all()


def test_the_spread_of_equal_rows_is_zero_and_of_opposite_ones_one() -> None:
    shown = T.matrix()
    spread = theano.function([shown], gan.spread(shown))
    same, various = np.ones((4, 3), np.float32), np.array([[-1.0], [1.0], [-1.0], [1.0]], np.float32)
    assert spread(same) == pytest.approx(np.zeros((4, 1)), abs=1e-3)
    assert spread(various) == pytest.approx(np.ones((4, 1)), abs=1e-3)


def test_names_go_in_and_come_out() -> None:
    names = ["li wei", "yuki mori", "a" * gan.LENGTH]
    coded = gan.one_hot(names)
    assert coded.shape == (3, gan.LENGTH, len(gan.SIGNS))
    assert (coded.sum(axis=2) == 1).all()
    assert gan.read(coded) == names
    with pytest.raises(ValueError, match="at most"):
        gan.one_hot(["a" * (gan.LENGTH + 1)])


def test_a_new_game_resets_weights_and_optimiser_state() -> None:
    pytest.importorskip("lasagne")
    table = theano.shared(np.ones((30, 40), np.float32))
    offset = theano.shared(np.ones(40, np.float32))
    remembered = theano.shared(np.ones((30, 40), np.float32))
    updates = {each: each + 1 for each in (table, offset, remembered)}
    drawn = []
    for seed in (1, 2, 1):
        gan.begin(updates, [table, offset], seed)
        drawn.append(table.get_value())
    assert (drawn[0] == drawn[2]).all()
    assert (drawn[0] != drawn[1]).any()
    assert drawn[0].std() == pytest.approx((2 / 70) ** 0.5, rel=0.1)
    assert not offset.get_value().any()
    assert not remembered.get_value().any()
