"""The project's own tests as one check of an OVA."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from organiser.appliance.verify import behaviour
from workshop.errors import WorkshopError


def test_each_failed_test_is_a_fault() -> None:
    said = "..F\nFAILED tests/a.py::test_b - AssertionError\nERROR tests/c.py::test_d\n1 failed\n"
    assert behaviour.faults(1, said) == (
        "FAILED tests/a.py::test_b - AssertionError",
        "ERROR tests/c.py::test_d",
    )
    assert behaviour.faults(0, "3 passed\n") == ()


def test_tests_that_cannot_run_are_no_pass() -> None:
    assert "could not run" in behaviour.faults(4, "usage: pytest\n")[0]


def test_the_tests_are_told_which_ova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        told.append(command)
        return subprocess.CompletedProcess(command, 0, "5 passed\n")

    monkeypatch.setattr(behaviour.subprocess, "run", run)
    result = behaviour.behaviour_result(tmp_path / "house.ova")
    assert not result.faults
    assert told[0][-2:] == ["--ova", str(tmp_path / "house.ova")]
    assert all(
        (Path(behaviour.find_checkout("pyproject.toml")) / folder).is_dir() for folder in behaviour.TESTS
    )


def test_what_keeps_them_from_running_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert behaviour.missing() == ""
    with monkeypatch.context() as patch:
        patch.setattr(behaviour.importlib.util, "find_spec", lambda name: None if name == "pytest" else 1)
        assert behaviour.missing() == "pytest is not installed here"
        patch.setattr(behaviour.importlib.util, "find_spec", lambda _: None)
        assert behaviour.missing() == "pytest and testinfra are not installed here"

    def no_checkout(_: str) -> Path:
        raise WorkshopError("none")

    monkeypatch.setattr(behaviour, "find_checkout", no_checkout)
    assert behaviour.missing() == "this is no checkout"
