"""The figures of *Is it good, and for whom?* say what the section says of them."""

from __future__ import annotations

from workshop.site.figures import judging


def test_what_is_reported_is_better_than_what_is_true() -> None:
    assert all(value > honest for _, value, _, honest in judging.PAIRS)


def test_only_the_unpaired_interval_holds_zero() -> None:
    (_, *unpaired), (_, *paired) = judging.INTERVALS
    assert unpaired[0] < 0 < unpaired[1]
    assert 0 < paired[0] < paired[1] < unpaired[1]


def test_each_interval_holds_its_accuracy() -> None:
    assert all(0 <= low < value < high <= 1 for _, value, low, high in judging.GROUPS)
    drawn = judging.groups().svg("groups")
    assert all(name in drawn for name, *_ in judging.GROUPS)
