from __future__ import annotations

import numpy as np

from workshop.site.figures.speaking import bank, log_mel


def test_a_pure_tone_is_loudest_in_the_band_around_it() -> None:
    triangles, centres = bank()
    assert (triangles.sum(axis=1) > 0).all()
    for hertz in (300, 1000, 3000):
        seen = log_mel(np.sin(2 * np.pi * hertz * np.arange(4000) / 8000))
        assert set(seen.argmax(axis=1)) == {int(np.abs(centres - hertz).argmin())}
