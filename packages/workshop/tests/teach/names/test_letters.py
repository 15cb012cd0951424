"""Names as batches."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.names import letters
from workshop.teach.names.romanise import ALPHABET


def test_shorter_names_are_padded_and_masked() -> None:
    batch, mask = letters.padded(["ab", "abcd"])
    assert batch.shape == mask.shape == (6, 2)
    assert mask.sum(axis=0).tolist() == [4, 6]
    assert batch[:, 0].tolist() == [letters.EDGE, 1, 2, letters.EDGE, letters.EDGE, letters.EDGE]
    assert (batch.dtype, mask.dtype) == (np.int32, np.float32)


def test_every_letter_has_its_number() -> None:
    numbers = letters.encode(ALPHABET)
    assert len(set(numbers)) == len(ALPHABET) + 1
    assert max(numbers) < letters.UNKNOWN < letters.CODES
    with pytest.raises(WorkshopError, match="romanise"):
        letters.encode("Ōta")


@pytest.mark.parametrize("chance", [None, 3])
def test_batches_of_about_one_length_hold_everybody_once(chance: int | None) -> None:
    names = ["a" * (1 + number % 37) for number in range(500)]
    rng = None if chance is None else np.random.default_rng(chance)
    batches = list(letters.alike(names, 16, rng))
    assert sorted(np.concatenate(batches).tolist()) == list(range(500))
    for places in batches:
        lengths = [len(names[place]) for place in places]
        assert max(lengths) - min(lengths) <= 5


def test_random_batches_are_others_each_time() -> None:
    names, rng = ["a" * (1 + number % 9) for number in range(100)], np.random.default_rng(1)
    one, other = (np.concatenate(list(letters.alike(names, 10, rng))).tolist() for _ in range(2))
    assert one != other
