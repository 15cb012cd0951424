from __future__ import annotations

from organiser.hub.plan import KEPT_SHARE, Figures


def test_the_arithmetic() -> None:
    figures = Figures(base=1000, server=100, kernel=300)
    room = 10 * 1024 * (1 - KEPT_SHARE) - 1000
    assert figures.fits(10) == {
        "all_train": int(room / 400),
        "a_third_trains": int(room / 200),
        "all_read": int(room / 100),
    }
    assert figures.fits(0.5) == {"all_train": 0, "a_third_trains": 0, "all_read": 0}
