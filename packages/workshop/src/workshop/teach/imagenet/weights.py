"""Weights from the files that other frameworks wrote: ONNX, Keras and PyTorch before 1.6.

*ONNX* (https://onnx.ai): which operation takes what, in the file's order.

*Keras*: the layers of an HDF5 file, in the order in which they were made. Keras counts layers of a kind:
``conv2d``, ``conv2d_1``, …, or on from a later number where the session had made others before. The numbers
tell the order, whatever they begin with.

*PyTorch*, read without PyTorch and without its pickles' code: five pickles (a magic number, a version, facts
about the machine, the state dictionary, the list of storages) and then the storages themselves: for each a
64-bit count and the numbers, little-endian. The format is that of ``torch.serialization._legacy_save``.
A pickle can name any function and have it called, so the unpickler knows eight names, which stand for
harmless classes and functions of this module, and refuses all others. A tensor may only point at numbers
that its storage has.
"""

from __future__ import annotations

import math
import pickle
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.datasets.convert import PlainUnpickler
from workshop.datasets.store import WrongContentError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Node:
    """One operation with the names of the arrays that it takes, and its attributes."""

    operation: str
    """As ONNX names it: ``Conv``, ``MaxPool``, …"""
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def pads_at_the_end(self) -> bool:
        """Tell whether the last places of a picture count although they fill no whole window.

        Older files say it as ``ceil_mode`` (Caffe's way), others as a row and a column of padding.
        """
        pads = list(self.attributes.get("pads", []))
        return bool(self.attributes.get("ceil_mode")) or any(pads[len(pads) // 2 :])


@dataclass(frozen=True)
class Graph:
    """What a file holds: arrays by name, and operations."""

    arrays: dict[str, Array]
    nodes: list[Node]

    def all(self, operation: str) -> Iterator[Node]:
        """Yield the nodes of one operation, in order."""
        return (node for node in self.nodes if node.operation == operation)


def read_graph(path: Path) -> Graph:
    """Read an ONNX file. Raises WorkshopError when it is missing, damaged or no ONNX.

    Arrays that the file only describes (``ConstantOfShape``) are not read.
    """
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import helper, numpy_helper

    try:
        model = onnx.load(str(path), load_external_data=False)
        arrays = {each.name: np.array(numpy_helper.to_array(each)) for each in model.graph.initializer}
    except OSError as error:
        raise WorkshopError(f"cannot read {path}: {error.strerror}; run 'workshop data fetch'") from error
    except (DecodeError, ValueError, TypeError) as error:
        raise WorkshopError(f"{path} is not an ONNX file; delete it and run 'workshop data fetch'") from error
    if not model.graph.node:
        raise WorkshopError(f"{path} is not an ONNX file; delete it and run 'workshop data fetch'")
    nodes = [
        Node(
            node.op_type,
            tuple(node.input),
            {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute},
        )
        for node in model.graph.node
    ]
    return Graph(arrays, nodes)


_COUNTED = re.compile(r"(?P<kind>.+?)(?:_(?P<number>\d+))?")


@dataclass(frozen=True)
class LayerWeights:
    """The arrays of one layer by their short names: ``kernel``, ``bias``, ``beta``, ``moving_mean``, …"""

    name: str
    arrays: dict[str, npt.NDArray[Any]]


def read_layers(path: Path) -> dict[str, list[LayerWeights]]:
    """Return the layers that have weights: {kind: layers in the order in which they were made}.

    Reads a file of weights and a whole model. Raises WorkshopError when the file is missing, is not
    HDF5, or holds nothing that Keras wrote.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            group = file.get("model_weights", file)
            found = [_layer(group[_text(name)]) for name in group.attrs["layer_names"]]
    except FileNotFoundError as error:
        raise WorkshopError(f"cannot read {path}: no such file; run 'workshop data fetch'") from error
    except (OSError, KeyError) as error:
        raise WorkshopError(
            f"{path} is not a file of Keras weights; delete it and run 'workshop data fetch'"
        ) from error
    kinds: dict[str, list[tuple[int, LayerWeights]]] = {}
    for layer in found:
        if layer.arrays:
            kind, number = _counted(layer.name)
            kinds.setdefault(kind, []).append((number, layer))
    return {kind: [layer for _, layer in sorted(row, key=lambda one: one[0])] for kind, row in kinds.items()}


def _counted(name: str) -> tuple[str, int]:
    """Split a name into its kind and its number; the first of a session has none."""
    parts = _COUNTED.fullmatch(name)
    assert parts is not None  # it matches any name
    return parts["kind"], int(parts["number"] or 0)


def _layer(group: Any) -> LayerWeights:
    """Read the arrays that a layer's group names: ``conv2d_1/kernel:0`` is the layer's ``kernel``."""
    names = [_text(name) for name in group.attrs["weight_names"]]
    arrays = {name.rpartition("/")[2].partition(":")[0]: np.asarray(group[name]) for name in names}
    return LayerWeights(group.name.rpartition("/")[2], arrays)


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


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
