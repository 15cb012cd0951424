import time

import pytest
from waiting import patience

from workshop.sync.merge import Effort, align, settle_ids

from .bed import cell


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
