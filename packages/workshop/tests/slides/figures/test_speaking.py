from __future__ import annotations

import numpy as np

from slides.presentations import CHECKOUT
from workshop.site.figures.speaking import UNDERSTOOD, bank, log_mel


def test_the_slide_shows_what_was_measured() -> None:
    text = (CHECKOUT / "docs/figures.md").read_text(encoding="utf-8")
    measured = text.partition("### Say a digit")[2].partition("\n### ")[0]
    slide = (CHECKOUT / "presentation/sections/speech.md").read_text(encoding="utf-8")
    for _, share in UNDERSTOOD:
        assert f"| {share / 100:.3f}" in measured
        assert f"{share:.1f}" in slide


def test_a_pure_tone_is_loudest_in_the_band_around_it() -> None:
    triangles, centres = bank()
    assert (triangles.sum(axis=1) > 0).all()
    for hertz in (300, 1000, 3000):
        seen = log_mel(np.sin(2 * np.pi * hertz * np.arange(4000) / 8000))
        assert set(seen.argmax(axis=1)) == {int(np.abs(centres - hertz).argmin())}
