from __future__ import annotations

import hmac

import pytest

from organiser.hub import codes
from organiser.hub.codes import ALPHABET, LENGTH, keyed, new_code, same


def test_a_code_has_twelve_characters_of_which_none_looks_like_another() -> None:
    made = {new_code() for _ in range(200)}
    assert len(made) == 200
    for code in made:
        assert len(code) == LENGTH == 12
        assert set(code) <= set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("0O1ILZ2S5B8")


def test_a_hash_depends_on_key_purpose_and_each_part() -> None:
    made = {
        keyed(b"k", "code", "017", "A"),
        keyed(b"l", "code", "017", "A"),
        keyed(b"k", "cookie", "017", "A"),
        keyed(b"k", "code", "01", "7A"),
        keyed(b"k", "code", "017A"),
    }
    assert len(made) == 5
    assert keyed(b"k", "code", "017", "A") in made


def test_hashes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def compare(one: bytes, other: bytes) -> bool:
        asked.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert codes.hmac is hmac
    assert same("ab", "ab")
    assert not same("ab", "ac")
    assert asked == [(b"ab", b"ab"), (b"ab", b"ac")]
