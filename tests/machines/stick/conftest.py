"""Sticks for the tests; they need root, loop devices, and what mounts exFAT and FAT32."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from required import lacking
from stick import NotHereError, Stick

ROOT = Path(__file__).resolve().parents[3]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() == 0:
        return
    for item in items:
        if "stick" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="needs root: sticks are mounted"))


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[..., Stick]]:
    """Make sticks; a machine that cannot mount them skips, unless nothing may be skipped."""
    sticks: list[Stick] = []

    def make(kind: str, megabytes: int = 64) -> Stick:
        try:
            sticks.append(Stick.make(kind, tmp_path / f"{kind}-{len(sticks)}", megabytes))
        except NotHereError as error:
            lacking(f"no {kind} stick can be mounted here: {error}")
        return sticks[-1]

    yield make
    for stick in sticks:
        stick.pull_out()


@pytest.fixture(params=["exfat", "fat32"])
def stick(request: pytest.FixtureRequest, plug: Callable[..., Stick]) -> Stick:
    return plug(request.param)


@pytest.fixture
def workshop() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``workshop stick`` as an organiser does."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "workshop", "stick", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    return run
