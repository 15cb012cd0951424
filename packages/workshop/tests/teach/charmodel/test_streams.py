from __future__ import annotations

from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.streams import padded


def test_padded_rows_know_what_is_text() -> None:
    batch = padded(["ab", "", "abc"], Alphabet("\nabc"))
    assert batch.mask.T.tolist() == [[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]
    assert batch.read.T.tolist() == [[0, 1, 2, 0], [0, 0, 0, 0], [0, 1, 2, 3]]
    assert batch.wanted.T.tolist() == [[1, 2, 0, 0], [0, 0, 0, 0], [1, 2, 3, 0]]
