"""Weights from the files that PyTorch wrote before 1.6, read without PyTorch and without its pickles' code.

Such a file is five pickles (a magic number, a version, facts about the machine, the state
dictionary, the list of storages) and then the storages themselves: for each a 64-bit count and the
numbers, little-endian. The format is that of ``torch.serialization._legacy_save``.

A pickle can name any function and have it called, so the unpickler knows eight names, which stand for
harmless classes and functions of this module, and refuses all others. A tensor may only point at numbers
that its storage has.
"""

from __future__ import annotations

import math
import pickle
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from workshop.datasets.convert import PlainUnpickler
from workshop.datasets.store import WrongContentError
from workshop.errors import WorkshopError

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}

Arrays = dict[str, npt.NDArray[Any]]


def read_state(path: Path) -> Arrays:
    """Return the arrays of a state dictionary by their names.

    Raises WorkshopError when the file is missing, damaged, of the newer (zip) format, or asks for
    anything but tensors.
    """
    try:
        with path.open("rb") as stream:
            return _read(stream)
    except OSError as error:
        raise WorkshopError(f"cannot read {path}: {error.strerror}; run 'workshop data fetch'") from error
    except WrongContentError as error:
        raise WorkshopError(f"{path} is not an old PyTorch file of weights: {error}") from error


@dataclass
class _Storage:
    """A row of numbers that tensors point into; they come at the end of the file."""

    dtype: np.dtype[Any]
    count: int
    values: npt.NDArray[Any] = field(default_factory=lambda: np.empty(0))


@dataclass
class _Tensor:
    """What the pickle says about a tensor."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]
    """How many numbers lie between neighbours, for each axis."""

    def array(self) -> npt.NDArray[Any]:
        """Return the tensor as an array of its own; WrongContentError when it points elsewhere."""
        values, size = self.storage.values, self.storage.values.itemsize
        numbers = (self.offset, *self.shape, *self.steps)
        if len(self.shape) != len(self.steps) or not all(type(n) is int and n >= 0 for n in numbers):
            raise WrongContentError("a tensor has no proper shape")
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.steps, strict=True))
        if math.prod(self.shape) and last >= len(values):
            raise WrongContentError("a tensor points outside its numbers")
        strides = [step * size for step in self.steps]
        view = np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, strides)
        return np.ascontiguousarray(view).reshape(self.shape)


class _Mapping(dict[str, Any]):
    """Stands for OrderedDict; what PyTorch hangs onto it is dropped."""

    def __setstate__(self, _state: object) -> None:
        """Take no attributes."""


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, steps: Any, *_rest: Any) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise WrongContentError("a tensor has no storage")
    return _Tensor(storage, offset, tuple(shape), tuple(steps))


class _TensorUnpickler(PlainUnpickler):
    """Reads a pickle of tensors: each name that it knows stands for something of this module."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return our stand-in for one of PyTorch's names, refuse all others."""
        if module_name == "torch" and global_name in STORAGES:
            return global_name
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): _Mapping,
            ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
        }
        if (module_name, global_name) in known:
            return known[module_name, global_name]
        return super().find_class(module_name, global_name)

    def persistent_load(self, pid: Any) -> Any:
        """Return the storage that ``("storage", kind, key, device, count, …)`` names."""
        kind, key, count = pid[1], pid[2], pid[4]
        if key not in self.storages:
            self.storages[key] = _Storage(np.dtype(STORAGES[kind]), count)
        return self.storages[key]


def _read(stream: IO[bytes]) -> Arrays:
    """Read the five pickles and the storages."""
    if _unpickle(PlainUnpickler(stream)) != MAGIC or _unpickle(PlainUnpickler(stream)) != PROTOCOL:
        raise WrongContentError("it does not begin as one")
    _unpickle(PlainUnpickler(stream))
    reader = _TensorUnpickler(stream)
    state = _unpickle(reader)
    keys = _unpickle(PlainUnpickler(stream))
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise WrongContentError("it has no list of its numbers")
    for key in keys:
        if key not in reader.storages:
            raise WrongContentError(f"no tensor uses its numbers {key!r}")
        _fill(reader.storages[key], stream)
    if not isinstance(state, dict):
        raise WrongContentError("it holds no state dictionary")
    return {str(name): value.array() for name, value in state.items() if isinstance(value, _Tensor)}


def _unpickle(reader: pickle.Unpickler) -> Any:
    try:
        return reader.load()
    except WrongContentError:
        raise
    except Exception as error:  # damaged bytes make an unpickler raise almost anything
        raise WrongContentError(f"its pickle cannot be read ({type(error).__name__})") from error


def _fill(storage: _Storage, stream: IO[bytes]) -> None:
    """Read the numbers of one storage."""
    head = stream.read(8)
    if len(head) < 8 or struct.unpack("<q", head)[0] != storage.count:
        raise WrongContentError("its numbers are not as many as it says")
    content = stream.read(storage.count * storage.dtype.itemsize)
    if len(content) != storage.count * storage.dtype.itemsize:
        raise WrongContentError("it is cut off")
    storage.values = np.frombuffer(content, storage.dtype)
