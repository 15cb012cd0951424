from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.ngrams import NGrams

TEXT = "the thin thief thought that there is another thing in the other hat"
ALPHABET = Alphabet.of(TEXT)
IDS = ALPHABET.encode(TEXT)


def by_hand(text: str, context: str, sign: str) -> float:
    """Mix the answers of all lengths, from the shortest to the longest, by counting in strings."""
    answer = 1 / len(ALPHABET)
    for length in range(len(context) + 1):
        before = context[len(context) - length :]
        followers = Counter(
            text[place + length]
            for place in range(len(text) - length)
            if text[place : place + length] == before
        )
        if followers:
            total, kinds = followers.total(), len(followers)
            answer = (followers[sign] + kinds * answer) / (total + kinds)
    return answer


@pytest.mark.parametrize(("context", "sign"), [("th", "e"), ("th", "h"), ("hi", "n"), ("gh", "t"), ("", "o")])
def test_the_answers_are_those_of_counting_by_hand(context: str, sign: str) -> None:
    chances = NGrams(IDS, len(ALPHABET), 2).chances(ALPHABET.encode(context))
    assert chances.sum() == pytest.approx(1)
    assert chances[ALPHABET.encode(sign)[0]] == pytest.approx(by_hand(TEXT, context, sign))


def test_a_text_is_as_probable_as_its_characters() -> None:
    counts = NGrams(IDS, len(ALPHABET), 2)
    asked = ALPHABET.encode("that hat")
    one_by_one = [
        counts.chances(asked[max(0, place - 2) : place])[sign] for place, sign in enumerate(asked.tolist())
    ]
    assert counts.probabilities(asked) == pytest.approx(one_by_one)
    assert counts.nats(asked) == pytest.approx(-np.mean(np.log(one_by_one)))


def test_contexts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        NGrams(IDS, 70, 20)


@pytest.mark.parametrize("text", ["", "t", "th", "the"])
def test_a_text_shorter_than_the_contexts_is_counted_as_far_as_it_goes(text: str) -> None:
    model = NGrams(ALPHABET.encode(text), len(ALPHABET), 3)
    assert model.chances(IDS[:3]).sum() == pytest.approx(1)
    assert model.probabilities(IDS)[0] == pytest.approx(by_hand(text, "", TEXT[0]))
    assert len(model.write(IDS[:1], 5)) == 5
