from __future__ import annotations

import numpy as np
import pytest

from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.streams import padded, windows

TEXT = np.arange(101, dtype=np.int32)


def test_every_row_goes_on_where_it_ended() -> None:
    batches = list(windows(TEXT, rows=4, steps=7))
    read = np.concatenate([batch.read for batch in batches])
    assert read.shape == (25, 4)
    assert (np.diff(read, axis=0) == 1).all()
    assert read.T.ravel().tolist() == list(range(100))


def test_what_is_wanted_is_the_next_character() -> None:
    for batch in windows(TEXT, rows=4, steps=7):
        assert (batch.wanted == batch.read + 1).all()
        assert batch.mask is None
        assert batch.read.dtype == batch.wanted.dtype == np.int32
        assert batch.read.flags.c_contiguous


def test_too_short_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read at 4 places"):
        list(windows(TEXT[:4], rows=4, steps=2))


def test_padded_rows_know_what_is_text() -> None:
    batch = padded(["ab", "", "abc"], Alphabet("\nabc"))
    assert batch.mask is not None
    assert batch.mask.T.tolist() == [[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]
    assert batch.read.T.tolist() == [[0, 1, 2, 0], [0, 0, 0, 0], [0, 1, 2, 3]]
    assert batch.wanted.T.tolist() == [[1, 2, 0, 0], [0, 0, 0, 0], [1, 2, 3, 0]]
