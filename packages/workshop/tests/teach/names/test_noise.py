"""How labels are doubted."""

from __future__ import annotations

import itertools
from collections.abc import Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.teach.names import noise

KNOWN: dict[str, Set[str]] = {
    "ana luna": {"Philippines", "other"},
    "jose cruz": {"Philippines"},
    "li wei": {"China"},
    "wei li": {"Malaysia"},
    "ogawa ito": {"Japan"},
    "ito ogawa": {"Japan", "other"},
}


def test_the_fraction_of_names_with_another_label_is_counted_by_region() -> None:
    shares = noise.doubtful(KNOWN)
    assert shares["Philippines"] == pytest.approx(1 / 2)
    assert shares["China"] == 0
    assert shares["Thailand"] == 0


def test_the_same_words_in_another_order_with_another_label_are_found() -> None:
    assert noise.reordered(KNOWN) == [("li wei", "wei li")]


def apart(one: str, other: str) -> int:
    """The edit distance, in the plain way."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        last, row[0] = row[0], number
        for place, sign in enumerate(other, start=1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (letter != sign))
    return row[-1]


@given(st.lists(st.text(alphabet="ab ", max_size=5), max_size=12))
def test_near_twins_are_one_edit_apart(names: list[str]) -> None:
    truth = {
        (i, j) for i, j in itertools.combinations(range(len(names)), 2) if apart(names[i], names[j]) == 1
    }
    assert noise.near_twins(names) == truth
