"""What computes is timed, and a card is used where a library can reach one."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec
from typing import Any

import numpy as np
import pytest

from workshop.machine.gpus import measure


def test_the_processor_computes_in_32_bits_into_what_is_there() -> None:
    core = measure.processor()
    a, b, c = core.ones((2, 3)), core.ones((3, 2)), core.ones((2, 2))
    core.matmul(a, b, out=c)
    core.add(c, c, out=c)
    assert (c.tolist(), str(c.dtype)) == ([[6, 6], [6, 6]], "float32")
    shortest, usual = core.seconds(lambda: core.matmul(a, b, out=c), rounds=3)
    assert 0 < shortest <= usual


def library(monkeypatch: pytest.MonkeyPatch, name: str, **parts: Any) -> None:
    """Let a library be there; without parts, its import fails."""
    module = types.ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    vars(module).update(parts)
    monkeypatch.setitem(sys.modules, name, module)


def cupy(cards: int) -> dict[str, Any]:
    runtime = types.SimpleNamespace(
        getDeviceCount=lambda: cards, getDeviceProperties=lambda number: {"name": f"Card {number}".encode()}
    )
    device = types.SimpleNamespace(synchronize=lambda: None)
    cuda = types.SimpleNamespace(runtime=runtime, Device=lambda: device)
    return {"ones": np.ones, "matmul": np.matmul, "add": np.add, "cuda": cuda}


def torch(there: bool) -> dict[str, Any]:
    def ones(shape: tuple[int, ...], dtype: str, device: str) -> Any:
        assert device == "cuda"
        return np.ones(shape, dtype)

    cuda = types.SimpleNamespace(
        is_available=lambda: there, get_device_name=lambda number: f"Card {number}", synchronize=lambda: None
    )
    return {"ones": ones, "float32": "float32", "matmul": np.matmul, "add": np.add, "cuda": cuda}


@pytest.fixture(autouse=True)
def no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has, begin without."""
    find = measure.importlib.util.find_spec
    monkeypatch.setattr(measure.importlib.util, "find_spec", lambda name: name in sys.modules and find(name))
    for name in measure.LIBRARIES:
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_without_a_library_or_a_card_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(measure.cards()) == []
    library(monkeypatch, "cupy", **cupy(0))
    library(monkeypatch, "torch", **torch(there=False))
    assert list(measure.cards()) == []


@pytest.mark.parametrize(("name", "parts"), [("cupy", cupy(1)), ("torch", torch(there=True))])
def test_a_card_computes_like_the_processor(
    monkeypatch: pytest.MonkeyPatch, name: str, parts: dict[str, Any]
) -> None:
    library(monkeypatch, name, **parts)
    (card,) = measure.cards()
    assert card.name.startswith("Card 0, by ")
    a, c = card.ones((2, 2)), card.ones((2, 2))
    assert card.seconds(lambda: card.matmul(a, a, out=c), rounds=2)[0] > 0
    assert (c.tolist(), str(c.dtype)) == ([[2, 2], [2, 2]], "float32")


def test_a_library_that_fails_is_passed_over_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, "cupy")  # without a driver it lacks nearly everything
    library(monkeypatch, "torch", **torch(there=True))
    assert [card.name for card in measure.cards()] == ["Card 0, by PyTorch"]
