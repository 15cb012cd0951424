"""How many processors a process may use: those that it may run on, and what its control groups give it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workshop.core.processors import usable_cores


@pytest.mark.parametrize(
    ("own", "files", "usable"),
    [
        # Version 2: of the groups above each other the one that gives least.
        ("0::/a/b\n", {"a/b/cpu.max": "300000 100000", "a/cpu.max": "max 100000"}, 3),
        ("0::/a/b\n", {"a/b/cpu.max": "300000 100000", "a/cpu.max": "200000 100000"}, 2),
        # In a container, where only the top is there; half a processor more is another one now and then.
        ("0::/\n", {"cpu.max": "150000 100000"}, 2),
        ("0::/\n", {"cpu.max": "20000 100000"}, 1),
        ("0::/\n", {"cpu.max": "max 100000"}, 8),
        ("0::/\n", {"cpu.max": "900000 100000"}, 8),
        # Version 1: beside a tree of its own for each controller.
        (
            "4:cpu,cpuacct:/docker/x\n1:memory:/b\n",
            {"cpu/cpu.cfs_quota_us": 100000, "cpu/cpu.cfs_period_us": 100000},
            1,
        ),
        ("4:cpu:/a\n", {"cpu/a/cpu.cfs_quota_us": -1, "cpu/a/cpu.cfs_period_us": 100000}, 8),
        # What nobody expects there changes nothing.
        ("0::/\n", {"cpu.max": ""}, 8),
        ("0::/\n", {"cpu.max": "0 0"}, 8),
        ("0::/\n", {}, 8),
    ],
)
def test_what_is_given_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, files: dict[str, object], usable: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    for name, content in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    (tmp_path / "own").write_text(own)
    assert usable_cores(tmp_path / "fs", tmp_path / "own") == usable
    assert usable_cores(tmp_path / "fs", tmp_path / "none") == 8
