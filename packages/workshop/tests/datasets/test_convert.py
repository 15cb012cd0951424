from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.datasets import convert
from workshop.datasets.store import WrongContentError


class Malicious:
    """Unpickled naively, it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.mark),))


def contents(conversion: convert.Conversion, raw: bytes) -> dict[str, bytes]:
    return {name: b"".join(content) for name, content in conversion(io.BytesIO(raw))}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("conversion", [convert.names_by_country, convert.mnist_pickle])
def test_a_malicious_pickle_runs_nothing(
    tmp_path: Path, conversion: convert.Conversion, protocol: int
) -> None:
    mark = tmp_path / "pwned"
    raw = pickle.dumps({"name": ["country"], "x": Malicious(mark)}, protocol)
    if conversion is convert.mnist_pickle:
        raw = gzip.compress(raw)
    with pytest.raises(WrongContentError, match="not allowed"):
        contents(conversion, raw)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Malicious(mark), protocol))
    assert mark.exists(), "the pickle of this test is harmless, so the test proves nothing"


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "numpy.load", "collections.OrderedDict"])
def test_no_global_is_allowed(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    raw = f"c{module}\n{attribute}\n.".encode()
    for unpickler in (convert.PlainUnpickler, convert.ArrayUnpickler):
        with pytest.raises(WrongContentError, match=f"asks for {name}"):
            unpickler(io.BytesIO(raw)).load()


def test_no_persistent_reference_is_allowed() -> None:
    with pytest.raises(WrongContentError, match="outside itself"):
        convert.PlainUnpickler(io.BytesIO(b"Pelsewhere\n.")).load()


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_a_value_or_wrong_content(raw: bytes) -> None:
    for conversion in convert.CONVERSIONS.values():
        for given_bytes in (raw, gzip.compress(raw)):
            try:
                contents(conversion, given_bytes)
            except WrongContentError as error:
                assert "\n" not in str(error)


TEXT = st.text(st.characters(blacklist_characters="\t\n\r", blacklist_categories=("Cs",)), min_size=1)


@settings(deadline=None)
@given(names=st.dictionaries(TEXT, st.lists(TEXT, unique=True, min_size=1, max_size=3)))
def test_names_come_back_from_their_table(names: dict[str, list[str]]) -> None:
    table = contents(convert.names_by_country, pickle.dumps(names))["names-by-country.tsv"].decode()
    lines = [line.split("\t") for line in table.split("\n")[:-1]]
    assert [line[0] for line in lines] == sorted({country for each in names.values() for country in each})
    found: dict[str, set[str]] = {}
    for country, *people in lines:
        assert people == sorted(people)
        for person in people:
            found.setdefault(person, set()).add(country)
    assert found == {name: set(countries) for name, countries in names.items()}


@pytest.mark.parametrize("value", [[], 3, {"name": 3}, {"name": [3]}, {3: ["country"]}])
def test_another_pickle_is_not_a_table_of_names(value: Any) -> None:
    with pytest.raises(WrongContentError, match=r"not a dictionary of names|cannot be read"):
        contents(convert.names_by_country, pickle.dumps(value))


def digits(count: int, seed: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    random = numpy.random.default_rng(seed)
    return random.integers(0, 256, (count, 784)), random.integers(0, 10, count)


def idx(array: numpy.ndarray) -> bytes:
    """Write an IDX file of unsigned bytes, in the words of its specification."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(struct.pack(">I", size) for size in array.shape)
    return head + array.astype(numpy.uint8).tobytes()


@pytest.mark.parametrize("protocol", [2, 4])
def test_mnist_comes_back_from_its_pickle(protocol: int) -> None:
    pieces = [digits(count, count) for count in (5, 3, 4)]
    stored = [((pixels / 256).astype("<f4"), labels.astype("<i8")) for pixels, labels in pieces]
    found = contents(convert.mnist_pickle, gzip.compress(pickle.dumps(tuple(stored), protocol)))
    images = [pixels.reshape(-1, 28, 28) for pixels, _ in pieces]
    labels = [values for _, values in pieces]
    assert found == {
        "train-images-idx3-ubyte": idx(numpy.concatenate(images[:2])),
        "train-labels-idx1-ubyte": idx(numpy.concatenate(labels[:2])),
        "t10k-images-idx3-ubyte": idx(images[2]),
        "t10k-labels-idx1-ubyte": idx(labels[2]),
    }


@settings(deadline=None)
@given(content=st.binary(), cut=st.integers(0, 30))
def test_gunzip_gives_the_content_or_says_that_it_is_damaged(content: bytes, cut: int) -> None:
    packed = gzip.compress(content)
    assert b"".join(convert.gunzip(io.BytesIO(packed))) == content
    if 0 < cut < len(packed):
        with pytest.raises(WrongContentError, match="damaged"):
            list(convert.gunzip(io.BytesIO(packed[:-cut])))
