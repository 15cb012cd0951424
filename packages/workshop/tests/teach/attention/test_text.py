"""A long text is encoded piece by piece."""

from __future__ import annotations

import pytest

from workshop.teach.attention import text
from workshop.teach.charmodel.alphabet import Alphabet


def test_pieces_are_put_together_as_if_encoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "PIECE", 3)
    alphabet = Alphabet("abc", unknown=True)
    told = "abcab?acb"
    for length in range(len(told) + 1):
        found = text.numbers_of(told[:length], alphabet)
        assert found.dtype == "uint8" and found.tolist() == alphabet.encode(told[:length]).tolist()


def test_a_byte_holds_no_larger_alphabet() -> None:
    letters = "".join(chr(300 + number) for number in range(257))
    with pytest.raises(ValueError, match="256"):
        text.numbers_of("", Alphabet(letters))
