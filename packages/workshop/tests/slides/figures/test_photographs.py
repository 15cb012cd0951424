"""Where covering a photograph costs much it is orange, elsewhere grey, whatever its shape."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.site.figures.photographs import ORANGE, mapped


@pytest.mark.parametrize("shape", [(40, 40), (30, 60), (60, 30)])
def test_the_dearest_place_is_the_most_orange(shape: tuple[int, int]) -> None:
    crop = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    prices = np.full((3, 3), -0.5)
    prices[0, 2], prices[2, 0] = 2.0, 1.0
    made = mapped(crop, prices)
    assert made.size == shape[::-1]
    dots = np.asarray(made, float)
    orange = dots[..., 0] - dots[..., 2]
    high, wide = shape[0] // 6, shape[1] // 6
    dear, half, free = orange[:high, -wide:], orange[-high:, :wide], orange[-high:, -wide:]
    assert dear.min() > half.max() > 0
    assert abs(free).max() <= 1, "what costs nothing, or helps, is grey"
    assert np.abs(dots[:high, -wide:].mean(axis=(0, 1)) - ORANGE).max() < 40
