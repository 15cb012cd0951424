from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from teach.captions import toys
from workshop.teach.captions import scenes

BATCH = scenes.scenes(toys.things(), 300, np.random.default_rng(3), held_out=None)


def triple(words: list[str]) -> scenes.Triple:
    nouns = [word for word in words if word in scenes.NOUNS]
    rest = {"a", *scenes.SIZES, *scenes.NOUNS}
    return nouns[0], " ".join(word for word in words if word not in rest), nouns[1]


def test_a_sentence_tells_what_lies_where_and_how_large_it_is() -> None:
    for image, places, words in zip(BATCH.images[:, 0], BATCH.places, BATCH.sentences, strict=True):
        first, relation, second = triple(words)
        assert relation == scenes.RELATIONS[int(places[0]), int(places[1])]
        sizes = [word for word in words if word in scenes.SIZES]
        for noun, size, quarter in zip((first, second), sizes, places, strict=True):
            row, column = 28 * np.array(divmod(int(quarter), 2)) + 14
            shade = np.float32(toys.SHADES[noun]) / np.float32(255)
            assert image[row, column] == pytest.approx(shade, abs=0.003)
            if first != second and sizes[0] == sizes[1]:  # a larger one may cover a part of the other
                own = (np.abs(image - shade) < 0.003).sum()
                assert own <= (784 if size == "large" else 196)
                assert own >= (400 if size == "large" else 100)


def test_held_out_triples_come_only_where_they_are_asked_for() -> None:
    for asked in (True, False):
        batch = scenes.scenes(toys.things(), 100, np.random.default_rng(1), held_out=asked)
        assert all((triple(words) in scenes.HELD_OUT) == asked for words in batch.sentences)
    assert {triple(words) in scenes.HELD_OUT for words in BATCH.sentences} == {True, False}
    assert len(scenes.HELD_OUT) == round(len(scenes.TRIPLES) / 10)
    for place in (0, 2):  # every noun comes in other triples, on both sides
        assert {each[place] for each in set(scenes.TRIPLES) - scenes.HELD_OUT} == set(scenes.NOUNS)


def test_the_mask_counts_the_words_and_one_end() -> None:
    assert BATCH.mask.sum(axis=1).tolist() == [len(words) + 1 for words in BATCH.sentences]
    assert (BATCH.words[BATCH.mask == 0] == scenes.NUMBER[scenes.END]).all()
    assert max(map(len, BATCH.sentences)) + 1 == scenes.LONGEST


def test_other_sentences_are_padded_and_read_again() -> None:
    said = [["a", "cat"], ["a", "red", "cat", "sits"]]
    words = scenes.vocabulary(said)
    assert words == (scenes.END, scenes.START, "a", "cat", "red", "sits")
    numbers, mask = scenes.padded(said, words)
    assert numbers.tolist() == [[2, 3, 0, 0, 0], [2, 4, 3, 5, 0]]
    assert mask.tolist() == [[1, 1, 1, 0, 0], [1] * 5]
    assert [scenes.sentence(row, words) for row in numbers] == said
    with pytest.raises(ValueError, match="dog"):
        scenes.padded([["dog"]], words)


def test_digits_and_clothes_are_read_and_shirts_are_tops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, labels in (("mnist", [7, 7]), ("fashion-mnist", [0, 6])):
        (tmp_path / name).mkdir()
        pictures = struct.pack(">2x2B3I", 8, 3, 2, 28, 28) + bytes(2 * 784)
        (tmp_path / name / "t10k-images-idx3-ubyte").write_bytes(pictures)
        (tmp_path / name / "t10k-labels-idx1-ubyte").write_bytes(
            struct.pack(">2x2BI", 8, 1, 2) + bytes(labels)
        )
    monkeypatch.setattr("workshop.datasets.path", lambda name: tmp_path / name)
    things = scenes.load_things("t10k")
    assert things.pictures.shape == (4, 28, 28)
    assert things.of_noun["seven"].tolist() == [0, 1]
    assert things.of_noun["top"].tolist() == [2, 3]
    assert things.of_noun["boot"].tolist() == []
