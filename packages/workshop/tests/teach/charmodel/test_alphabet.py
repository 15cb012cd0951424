from __future__ import annotations

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.charmodel.alphabet import UNKNOWN, Alphabet


def test_a_text_comes_back() -> None:
    text = "Où est Θησεύς? 😀\n"
    alphabet = Alphabet.of(text)
    ids = alphabet.encode(text)
    assert ids.dtype == np.int32
    assert alphabet.decode(ids) == text
    assert sorted(alphabet.characters) == list(alphabet.characters)


def test_an_unknown_character_is_an_error_that_names_it() -> None:
    with pytest.raises(WorkshopError, match="no 'x'"):
        Alphabet("ab").encode("axb")


def test_unknown_characters_share_one_number_where_they_are_allowed() -> None:
    alphabet = Alphabet("ab", unknown=True)
    ids = alphabet.encode("axby\ud800")
    assert ids.tolist() == [0, 2, 1, 2, 2]
    assert len(alphabet) == 3
    assert alphabet.decode(ids) == f"a{UNKNOWN}b{UNKNOWN}{UNKNOWN}"


def test_a_character_cannot_come_twice() -> None:
    with pytest.raises(ValueError, match="once"):
        Alphabet("aba")


def test_an_empty_text_is_no_numbers() -> None:
    assert Alphabet("ab").encode("").tolist() == []


def test_several_texts_make_one_alphabet() -> None:
    assert Alphabet.of(["to be", "or not"]).characters == " benort"
