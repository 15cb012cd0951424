from pathlib import Path

import pytest
import tiktoken

from workshop.teach import bytepairs

TEXT = "the cat sat on the mat, the rat ate the cat's hat: 12 hats, 123 cats\n" * 3
OTHER = "Όλοι οι άνθρωποι 12  34_ab\n\n\tü ß 日本語 🙂 naïve the cat's thesis 1234"


@pytest.fixture(scope="module")
def merges() -> list[bytepairs.Pair]:
    return bytepairs.train(TEXT, 276)


@pytest.mark.parametrize("text", [TEXT, OTHER, "", " "])
def test_encodes_as_tiktoken_does_with_the_same_merges(merges: list[bytepairs.Pair], text: str) -> None:
    ranks = {spelled: number for number, spelled in enumerate(bytepairs.spellings(merges))}
    theirs = tiktoken.Encoding(
        "ours", pat_str=bytepairs.WORD.pattern, mergeable_ranks=ranks, special_tokens={}
    )
    tokens = bytepairs.Encoder(merges).encode(text)
    assert tokens == theirs.encode(text)
    assert bytepairs.decode(tokens, merges) == text


def test_merges_the_most_frequent_pair_first_and_never_across_words(merges: list[bytepairs.Pair]) -> None:
    spelled = bytepairs.spellings(merges)
    assert merges[0] == (ord("a"), ord("t"))
    assert len(merges) == 20
    assert b" the" in spelled
    assert not any(b" " in each[1:] for each in spelled)


def test_a_tie_goes_to_the_smaller_pair() -> None:
    assert bytepairs.train("dc ba", 257) == [(ord(" "), ord("b"))]
    assert bytepairs.train("dc\nba", 257) == [(ord("b"), ord("a"))]


def test_stops_when_no_pair_is_left() -> None:
    assert bytepairs.train("ab ab", 1000) == [(ord("a"), ord("b")), (ord(" "), 256)]


def test_half_a_character_is_shown_as_such() -> None:
    assert bytepairs.decode([0xC3], []) == "\N{REPLACEMENT CHARACTER}"


def test_merges_come_back_from_their_file(tmp_path: Path, merges: list[bytepairs.Pair]) -> None:
    bytepairs.save(merges, tmp_path / "merges.json")
    assert bytepairs.load(tmp_path / "merges.json") == merges
