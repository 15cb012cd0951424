"""What the slides on policy gradients say of the two levers."""

from __future__ import annotations

from pytest import approx

from workshop.site.figures.policy import PAYS, SCORES, chances, estimate, expected


def test_a_baseline_and_coins_for_all_leave_the_mean_and_change_the_spread() -> None:
    means, spreads = zip(*(estimate(extra, less) for extra, less in ((0, 0), (10, 0), (10, 10))), strict=True)
    nudge = 1e-6
    ups = [sum(p * pays for p, pays in zip(chances((SCORES[0], SCORES[1] + d)), PAYS, strict=True))
           for d in (nudge, -nudge)]  # fmt: skip
    assert means == approx([(ups[0] - ups[1]) / (2 * nudge)] * 3, rel=1e-4)
    assert spreads[0] == approx(spreads[2]) and spreads[1] > 10 * spreads[0]
    assert estimate(10, 10 + expected())[1] < spreads[0]
