"""Old PyTorch files are read without PyTorch, and a file that wants more than tensors gets nothing."""

from __future__ import annotations

import collections
import os
import pickle
import random
import struct
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.weights import MAGIC, PROTOCOL, read_state

VALUES = np.arange(12, dtype="<f4")


class Stored:
    """A tensor as PyTorch pickles it: a call of a function of its own on a storage that is elsewhere."""

    def __init__(self, offset: int, shape: tuple[int, ...], steps: tuple[int, ...]) -> None:
        self.arguments = (Storage(), offset, shape, steps, False, collections.OrderedDict())

    def __reduce__(self) -> Any:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


class Storage:
    """The twelve numbers."""


class Pickler(pickle.Pickler):
    """Names storages as PyTorch does."""

    def persistent_id(self, thing: Any) -> Any:
        if isinstance(thing, Storage):
            return ("storage", sys.modules["torch"].FloatStorage, "7", "cpu", len(VALUES), None)
        return None


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for PyTorch while the file is written."""
    package, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*_: Any) -> None:
        """Only its name is pickled."""

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    package.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", package)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def write(
    path: Path,
    state: Any,
    numbers: bytes = struct.pack("<q", 12) + VALUES.tobytes(),
    keys: Any = ("7",),
) -> Path:
    """Write a file as ``torch.save`` did before version 1.6."""
    with path.open("wb") as out:
        for thing in (MAGIC, PROTOCOL, {"little_endian": True}):
            pickle.dump(thing, out, protocol=2)
        Pickler(out, protocol=2).dump(state)
        pickle.dump(list(keys) if isinstance(keys, tuple) else keys, out, protocol=2)
        out.write(numbers)
    return path


def ordered(**tensors: Any) -> Any:
    state = collections.OrderedDict(tensors)
    state._metadata = collections.OrderedDict(version=1)  # type: ignore[attr-defined]
    return state


def test_tensors_come_back_whatever_their_order_in_memory(tmp_path: Path) -> None:
    state = ordered(a=Stored(0, (3, 4), (4, 1)), turned=Stored(0, (4, 3), (1, 4)), one=Stored(5, (), ()))
    found = read_state(write(tmp_path / "w.pth", state))
    assert list(found) == ["a", "turned", "one"]
    assert np.array_equal(found["a"], VALUES.reshape(3, 4))
    assert np.array_equal(found["turned"], VALUES.reshape(3, 4).T)
    assert found["turned"].flags.c_contiguous
    assert found["one"] == 5


def test_nothing_that_a_file_names_is_called(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.system, (f"touch {tmp_path / 'run'}",)

    for state in (ordered(a=Evil()), Evil()):
        with pytest.raises(WorkshopError, match=r"asks for posix\.system, which is not allowed"):
            read_state(write(tmp_path / "evil.pth", state))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "tensor",
    [
        Stored(0, (13,), (1,)),
        Stored(9, (2, 2), (4, 1)),
        Stored(0, (2,), (-1,)),
        Stored(-1, (2,), (1,)),
        Stored(0, (2, 2), (1,)),
    ],
    ids=["too long", "too far", "backwards", "before", "half a shape"],
)
def test_a_tensor_may_not_point_at_other_memory(tmp_path: Path, tensor: Stored) -> None:
    with pytest.raises(WorkshopError, match="a tensor"):
        read_state(write(tmp_path / "w.pth", ordered(a=tensor)))


@pytest.mark.parametrize(
    "numbers", [b"", struct.pack("<q", 5) + VALUES.tobytes(), struct.pack("<q", 12) + VALUES.tobytes()[:40]]
)
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, numbers: bytes) -> None:
    with pytest.raises(WorkshopError, match="not an old PyTorch file"):
        read_state(write(tmp_path / "w.pth", ordered(a=Stored(0, (12,), (1,))), numbers))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 the newer format", b"\x80\x02K\x01.", random.Random(1).randbytes(2000)]
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(WorkshopError, match="not an old PyTorch file") as fault:
        read_state(tmp_path / "w.pth")
    assert "\n" not in str(fault.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"cannot read .*w\.pth"):
        read_state(tmp_path / "w.pth")


@pytest.mark.parametrize("keys", [("8",), ("7", "8"), 7, {"7": 1}, (["7"],)])
def test_numbers_that_no_tensor_uses_are_refused_in_one_line(tmp_path: Path, keys: Any) -> None:
    with pytest.raises(WorkshopError, match="not an old PyTorch file") as fault:
        read_state(write(tmp_path / "w.pth", ordered(a=Stored(0, (12,), (1,))), keys=keys))
    assert "\n" not in str(fault.value)
