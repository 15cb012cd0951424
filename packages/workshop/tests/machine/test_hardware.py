"""What the doctor says about memory, disk, cores, system and clock."""

from __future__ import annotations

import time
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from workshop.core.settings import Settings
from workshop.machine import hardware
from workshop.machine.lines import State

Usage = namedtuple("Usage", "free")


def with_memory(
    monkeypatch: pytest.MonkeyPatch,
    total: float,
    free: float,
    limits: list[int] | None = None,
    left: list[int] | None = None,
) -> State:
    answer = SimpleNamespace(total=int(total * 1e9), available=int(free * 1e9))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: answer)
    monkeypatch.setattr(hardware, "memory_limits", lambda: limits or [])
    monkeypatch.setattr(hardware, "memory_left", lambda: left or limits or [])
    return hardware.memory().state


def test_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_memory(monkeypatch, 2.0, 1.5) is State.GREEN
    assert with_memory(monkeypatch, 2.0, 0.3) is State.YELLOW
    assert with_memory(monkeypatch, 1.0, 0.9) is State.RED
    assert with_memory(monkeypatch, 16.0, 12.0, limits=[1_000_000_000]) is State.RED
    # A container on a large computer, whose own memory is nearly used up.
    assert with_memory(monkeypatch, 64.0, 50.0, [2_000_000_000], [300_000_000]) is State.YELLOW


@pytest.mark.parametrize(
    ("set_up", "free", "state"),
    [
        (False, 3e9, State.RED),
        (False, 7e9, State.GREEN),
        (True, 0.1e9, State.RED),
        (True, 0.7e9, State.YELLOW),
        (True, 3e9, State.GREEN),
    ],
)
def test_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, set_up: bool, free: float, state: State
) -> None:
    asked = []
    monkeypatch.setattr(psutil, "disk_usage", lambda path: asked.append(path) or Usage(free))
    there = Settings(prefix=tmp_path / "not/there/yet", notebooks=tmp_path / "notebooks")
    assert hardware.disk(there if set_up else Settings(source=tmp_path)).state is state
    assert asked == [str(tmp_path)]


def test_the_disk_of_the_notebooks_may_be_another_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    monkeypatch.setattr(psutil, "disk_usage", lambda path: Usage(0 if path == str(notebooks) else 9e9))
    line = hardware.disk(Settings(prefix=tmp_path, notebooks=notebooks))
    assert line.state is State.RED
    assert str(notebooks) in line.text


def test_clock() -> None:
    assert hardware.clock().state is State.GREEN
    assert hardware.clock(time.time() + 10 * 365 * 24 * 3600).state is State.GREEN
    assert hardware.clock(now=0.0).state is State.RED
