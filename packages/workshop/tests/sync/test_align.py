import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waiting import patience

from workshop.sync import decide
from workshop.sync.merge import ALIKE, ONE_PAIR, Effort, align, settle_ids, unique_ids

from .bed import Bed, book, cell


def test_ids_decide_whatever_the_cells_say() -> None:
    old, new = [cell("a", "x"), cell("b", "y")], [cell("c", "y"), cell("d", "x")]
    assert align(old, new) == {0: 1, 1: 0}


def test_where_ids_were_dealt_out_anew_the_texts_decide() -> None:
    old, new = (
        [cell("a", "x"), cell("b", "y"), cell("c", "z")],
        [cell("a", "y"), cell("b", "x"), cell("d", "z")],
    )
    assert align(old, new) == {0: 0, 1: 1, 2: 2}


def test_a_doubled_id_decides_nothing() -> None:
    old, new = [cell("a", "x"), cell("b", "x")], [cell("b", "x"), cell("a", "x")]
    assert align(old, new) == {0: 1, 1: 0}
    assert unique_ids(old) == {}


def test_similar_cells_between_the_same_neighbours_are_one() -> None:
    old = [cell("start"), cell("learning_rate = 0.1"), cell("end")]
    new = [cell("start"), cell("learning_rate = 0.01"), cell("something else"), cell("end")]
    assert align(old, new) == {0: 0, 1: 1, 3: 2}


def test_similar_cells_elsewhere_are_not() -> None:
    old = [cell("learning_rate = 0.1"), cell("middle"), cell("end")]
    new = [cell("middle"), cell("learning_rate = 0.01"), cell("end")]
    assert 1 not in align(old, new)


def test_a_moved_cell_is_found_wherever_it_went() -> None:
    assert align([cell("a"), cell("b"), cell("c")], [cell("c"), cell("a"), cell("b")]) == {0: 2, 1: 0, 2: 1}


def test_no_two_cells_are_the_same_old_one() -> None:
    old, new = [cell("x = 1"), cell("x = 1")], [cell("x = 1"), cell("x = 1"), cell("x = 1"), cell("x = 2")]
    pairs = align(old, new)
    assert sorted(pairs.values()) == [0, 1]


def test_likeness() -> None:
    assert Effort().likeness(cell("abc"), cell("abc", kind="markdown")) == 1.0
    assert Effort().likeness(cell("abcdef"), cell("abcdeX", kind="markdown")) == 0.0
    assert Effort().likeness(cell("abcdef"), cell("abcdeX")) > 0.6
    assert Effort().likeness(cell("a" * ONE_PAIR), cell("a" * ONE_PAIR + "b")) == 0.0


CELLS = st.builds(
    cell,
    st.sampled_from(["", " ", "a = 1", "a = 2", "rate = 0.1", "rate = 0.01"]) | st.text("ab ", max_size=5),
    st.none() | st.sampled_from("xyz"),
    kind=st.sampled_from(["code", "markdown"]),
)


@given(st.lists(CELLS, max_size=5), CELLS)
def test_of_similar_cells_the_first_of_the_likest_is_taken(old: list[Any], one: Any) -> None:
    old = [each | {"id": f"old {place}"} for place, each in enumerate(old)]
    likeness = [Effort().likeness(each, one) for each in old]
    found = align(old, [one])
    if not any(each["source"] == one["source"] for each in old):
        best = max(likeness, default=0)
        assert found == ({0: likeness.index(best)} if best >= ALIKE else {})


@pytest.mark.parametrize("words", [("", ""), ("same", "same"), ("one {}", "another, of many words {}")])
def test_cells_made_to_hurt_take_no_longer_than_they_may(words: tuple[str, str]) -> None:
    old, new = ([cell(word.format(number)) for number in range(5_000)] for word in words)
    begin = time.process_time()
    align(old, [cell("first"), *new], Effort(0.2))
    assert time.process_time() - begin < patience(5)


def test_as_many_cells_that_only_moved_are_all_found() -> None:
    old = [cell(f"{number}") for number in range(5_000)]
    assert len(align(old, [cell("first"), *old], Effort(1.0))) == len(old)


def test_ids_for_many_cells_that_say_the_same_are_dealt_out_in_time() -> None:
    cells = [cell("same") for _ in range(3_000)]
    begin = time.process_time()
    settle_ids(cells, [[]] * len(cells), 5)
    assert len({each["id"] for each in cells}) == len(cells)
    assert time.process_time() - begin < patience(6)


def test_all_merges_of_one_sync_share_what_they_may_take(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    given, merge = [], decide.merge

    def watched(*sides: Any) -> Any:
        given.append(sides[-1])
        return merge(*sides)

    monkeypatch.setattr(decide, "merge", watched)
    bed.publish(a_ipynb=book(cell("a", "a")), b_ipynb=book(cell("b", "b")))
    bed.sync()
    for name in ("a", "b"):
        bed.edit(f"{name}.ipynb", book(cell(name, name), cell("mine", "m")))
    bed.publish(a_ipynb=book(cell("a new", "a")), b_ipynb=book(cell("b new", "b")))
    assert bed.actions() == {"a.ipynb": "merged", "b.ipynb": "merged"}
    assert len(given) == 2 and given[0] is given[1]
