"""MNIST and Fashion-MNIST as numpy arrays, read from the IDX files of the data sets.

The format is described at the end of http://yann.lecun.com/exdb/mnist/: two zero bytes, a type
code, the number of axes, one big-endian 32-bit length an axis, then the values, last axis fastest.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError

Images = npt.NDArray[np.float32] | npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int32]

IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

FASHION_NAMES = (
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
)  # fmt: skip
"""What the ten labels of Fashion-MNIST mean."""


class Pictures(NamedTuple):
    """Pictures to learn from and pictures to be tested on."""

    train_images: Images
    """float32 (n, 1, 28, 28), 0 is paper and 1 is ink; as bytes: uint8, 255 is ink."""
    train_labels: Labels
    """int32 (n,), 0 to 9."""
    test_images: Images
    """Likewise (m, 1, 28, 28)."""
    test_labels: Labels
    """int32 (m,)."""


def read_idx(path: Path, limit: int | None = None) -> npt.NDArray[Any]:
    """Read an IDX file: an array of the file's own shape and type, in the machine's byte order.

    ``limit`` reads only the first so many entries of the first axis. Raises WorkshopError when the
    file is missing, is not IDX, or is shorter or longer than its header says.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WorkshopError(f"cannot read {path}: {error.strerror}; run 'workshop data fetch'") from error
    kind, lengths, start = _idx_header(content, path)
    expected = start + math.prod(lengths) * kind.itemsize
    if len(content) != expected:
        raise WorkshopError(
            f"{path} has {len(content)} bytes where its header says {expected}; run 'workshop data fetch'"
        )
    values = np.frombuffer(content, dtype=kind, offset=start).reshape(lengths)
    return values[:limit].astype(kind.newbyteorder("="))


def _idx_header(content: bytes, path: Path) -> tuple[np.dtype[Any], tuple[int, ...], int]:
    """Return the type of the values, the length of each axis, and where the values start."""
    start = 4 + 4 * content[3] if len(content) >= 4 else 4
    known = content[:2] == b"\0\0" and len(content) >= start and content[2] in IDX_TYPES and start > 4
    if not known:
        raise WorkshopError(f"{path} is not an IDX file; run 'workshop data fetch'")
    lengths = struct.unpack(f">{content[3]}I", content[4:start])
    return np.dtype(IDX_TYPES[content[2]]), lengths, start


def load_mnist(
    train: int = 60_000, test: int = 10_000, folder: Path | None = None, *, as_bytes: bool = False
) -> Pictures:
    """Return the first ``train`` and ``test`` handwritten digits of MNIST (LeCun, Cortes, Burges).

    ``folder`` holds the four IDX files; without it they come from ``workshop data fetch mnist``.
    With ``as_bytes`` the pictures stay uint8, 0 to 255, which takes a quarter of the memory.
    Raises WorkshopError when the files are not there or are damaged.
    """
    return _load(folder or _dataset("mnist"), train, test, as_bytes=as_bytes)


def load_fashion(train: int = 60_000, test: int = 10_000, folder: Path | None = None) -> Pictures:
    """Return the first ``train`` and ``test`` pictures of Fashion-MNIST (Zalando Research, MIT licence).

    It has the shape of MNIST and is harder; ``FASHION_NAMES`` names its labels.
    """
    return _load(folder or _dataset("fashion-mnist"), train, test)


def _dataset(name: str) -> Path:
    """Return the folder of a data set of this machine."""
    from workshop import datasets

    return datasets.path(name)


def _load(folder: Path, train: int, test: int, *, as_bytes: bool = False) -> Pictures:
    """Read the four files that MNIST and everything in its shape consists of."""
    return Pictures(
        _images(folder / "train-images-idx3-ubyte", train, as_bytes=as_bytes),
        read_idx(folder / "train-labels-idx1-ubyte", train).astype(np.int32),
        _images(folder / "t10k-images-idx3-ubyte", test, as_bytes=as_bytes),
        read_idx(folder / "t10k-labels-idx1-ubyte", test).astype(np.int32),
    )


def _images(path: Path, limit: int, *, as_bytes: bool) -> Images:
    """Read grey pictures and scale them to 0…1 if asked to, with one axis for the (only) colour."""
    read: npt.NDArray[np.uint8] = read_idx(path, limit)[:, np.newaxis]
    if as_bytes:
        return read
    scaled = read.astype(np.float32)
    scaled /= 255
    return scaled
