import time
from typing import Any

import pytest
from waiting import patience

from workshop.sync import decide
from workshop.sync.merge import Effort, align, settle_ids

from .bed import Bed, book, cell


@pytest.mark.parametrize("words", [("", ""), ("same", "same"), ("one {}", "another, of many words {}")])
def test_cells_made_to_hurt_take_no_longer_than_they_may(words: tuple[str, str]) -> None:
    old, new = ([cell(word.format(number)) for number in range(5_000)] for word in words)
    begin = time.process_time()
    align(old, [cell("first"), *new], Effort(0.2))
    assert time.process_time() - begin < patience(5)


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
