import pytest
from pytest import approx

from workshop.slides.figures.curves import descend, softmax


def test_a_small_rate_creeps_a_good_one_arrives_a_large_one_is_thrown_out() -> None:
    starts = (1.0, 1.0)
    assert descend(0.08, 12, starts)[-1][0] > 0.7
    assert abs(descend(0.9, 40, starts)[-1][0]) < 0.01
    assert abs(descend(1.04, 12, starts)[-1][1]) > 2


def test_the_first_step_follows_the_slope() -> None:
    assert descend(0.1, 1, (4.0, 1.0))[1] == approx((3.9, 0.8))


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_softmax_adds_up_and_cold_is_bolder(temperature: float) -> None:
    shares = softmax([2.0, 1.0, 0.0], temperature)
    assert sum(shares) == approx(1)
    assert shares[0] >= softmax([2.0, 1.0, 0.0], 2.0)[0]
