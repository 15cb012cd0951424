"""Conversions of what a package holds into the files of the catalogue.

Pickles come from strangers: they are read by an unpickler that can build plain containers, text and
numbers, and nothing else.
"""

from __future__ import annotations

import gzip
import pickle
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from workshop.datasets import gcompris
from workshop.datasets.store import WrongContentError, read_chunks

Conversion = Callable[[IO[bytes]], Iterator[tuple[str, Iterator[bytes]]]]
"""Takes the package's file, yields file names and their contents."""


class PlainUnpickler(pickle.Unpickler):
    """Reads a pickle of plain values; a pickle that names any class or function is refused."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Refuse: a global is how a pickle runs code."""
        raise WrongContentError(f"its pickle asks for {module_name}.{global_name}, which is not allowed")

    def persistent_load(self, pid: Any) -> Any:
        """Refuse references to things outside the pickle."""
        raise WrongContentError("its pickle refers to something outside itself")


class ArrayUnpickler(PlainUnpickler):
    """Reads a pickle of numpy arrays too, without numpy: each becomes its parts.

    The four names that such a pickle needs stand for harmless classes of our own.
    """

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return our stand-in for numpy's names, refuse all others."""
        known = {
            ("numpy.core.multiarray", "_reconstruct"): _ArrayParts,
            ("numpy._core.multiarray", "_reconstruct"): _ArrayParts,
            ("numpy", "ndarray"): "ndarray",
            ("numpy", "dtype"): _TypeParts,
            ("_codecs", "encode"): _encode_latin1,
        }
        if (module_name, global_name) in known:
            return known[module_name, global_name]
        return super().find_class(module_name, global_name)


class _TypeParts:
    """What a pickle says about a dtype."""

    def __init__(self, *arguments: Any) -> None:
        code = arguments[0]
        self.code = code.decode() if isinstance(code, bytes) else code

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _ArrayParts:
    """What a pickle says about an array."""

    shape: tuple[int, ...]
    code: str
    data: bytes

    def __init__(self, *arguments: Any) -> None:
        del arguments

    def __setstate__(self, state: Any) -> None:
        _, self.shape, kind, _, self.data = state
        self.code = kind.code


def _encode_latin1(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise WrongContentError("its pickle is not one of numpy arrays")
    return text.encode("latin1")


def _unpickle(unpickler: type[PlainUnpickler], stream: Any, **options: Any) -> Any:
    try:
        return unpickler(stream, **options).load()
    except WrongContentError:
        raise
    except Exception as error:  # damaged bytes make an unpickler raise almost anything
        raise WrongContentError(f"its pickle cannot be read ({type(error).__name__})") from error


def gunzip(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the decompressed bytes of a gzip stream; WrongContentError when it is not one."""
    try:
        with gzip.open(stream) as unpacked:
            yield from read_chunks(unpacked)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise WrongContentError("it delivered a damaged gzip file") from error


def names_by_country(stream: IO[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Turn name2nat's dictionary ``{name: [nationality, …]}`` into a table.

    One line per nationality, in alphabetical order: the nationality, then its names, sorted, all
    separated by tabs; UTF-8.
    """
    names = _unpickle(PlainUnpickler, stream)
    yield "names-by-country.tsv", _table(names)


def _table(names: Any) -> Iterator[bytes]:
    groups: dict[str, list[str]] = {}
    try:
        for name, nationalities in names.items():
            for nationality in nationalities:
                groups.setdefault(nationality, []).append(name)
        for group in sorted(groups):
            yield ("\t".join([group, *sorted(groups[group])]) + "\n").encode()
    except (AttributeError, TypeError, ValueError) as error:
        raise WrongContentError("its pickle is not a dictionary of names") from error


def mnist_pickle(stream: IO[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Turn the 50,000 + 10,000 + 10,000 digits of ``mnist.pkl.gz`` back into the four IDX files.

    Its images are float32, pixel / 256 (exact); its labels int64.
    """
    with gzip.open(stream) as unpacked:
        parts = _unpickle(ArrayUnpickler, unpacked, encoding="bytes")
    try:
        train, validation, test = parts
        for prefix, pieces in (("train", (train, validation)), ("t10k", (test,))):
            images = [_pixels(piece[0]) for piece in pieces]
            labels = [piece[1].data[::8] for piece in pieces]
            yield f"{prefix}-images-idx3-ubyte", iter([_idx_head(images, 28, 28), *images])
            yield f"{prefix}-labels-idx1-ubyte", iter([_idx_head(labels), *labels])
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise WrongContentError("its pickle does not hold MNIST") from error


def _pixels(images: _ArrayParts) -> bytes:
    """Return float32 pixel/256 as bytes."""
    import numpy

    values = numpy.frombuffer(images.data, dtype="<f4")
    return (values * numpy.float32(256)).astype(numpy.uint8).tobytes()


def _idx_head(pieces: list[bytes], *shape: int) -> bytes:
    """Return the head of an IDX file of unsigned bytes."""
    count = sum(map(len, pieces))
    for length in shape:
        count //= length
    return struct.pack(f">HBB{1 + len(shape)}I", 0, 8, 1 + len(shape), count, *shape)


CONVERSIONS: dict[str, Conversion] = {
    "names-by-country": names_by_country,
    "mnist-pickle": mnist_pickle,
    "gcompris-photographs": gcompris.photographs,
    "gcompris-paintings": gcompris.paintings,
}
