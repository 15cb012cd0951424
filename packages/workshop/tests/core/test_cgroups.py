"""Limits of control groups are found, whichever version sets them and however deep."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.core.cgroups import memory_left, memory_limits

UNLIMITED_V1 = 9223372036854771712


def found(tmp_path: Path, own: str, files: dict[str, object]) -> list[int]:
    for name, content in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    (tmp_path / "own").write_text(own)
    return sorted(memory_limits(tmp_path / "fs", tmp_path / "own"))


@pytest.mark.parametrize(
    ("own", "files", "limits"),
    [
        # Version 2: a service below a slice.
        ("0::/a/b\n", {"a/b/memory.max": 100, "a/memory.max": "max"}, [100]),
        ("0::/a/b\n", {"a/b/memory.max": 100, "a/memory.max": 50}, [50, 100]),
        # Version 1.
        (
            "4:cpu,memory:/a\n1:cpu:/b\n",
            {"memory/a/memory.limit_in_bytes": 70, "memory/memory.limit_in_bytes": UNLIMITED_V1},
            [70],
        ),
        # In a container: the host's path, and only the top is there.
        ("0::/\n", {"memory.max": 80}, [80]),
        ("3:memory:/docker/x\n", {"memory/memory.limit_in_bytes": 90}, [90]),
        ("0::/\n", {}, []),
    ],
)
def test_limits(tmp_path: Path, own: str, files: dict[str, object], limits: list[int]) -> None:
    assert found(tmp_path, own, files) == limits


def stat(name: str, count: int) -> str:
    return f"anon 5\n{name} {count}"


@pytest.mark.parametrize(
    ("own", "files", "left"),
    [
        # What is used of the slice by its other services is gone, too; what the system gives back is not.
        (
            "0::/a/b\n",
            {
                "a/b/memory.max": 100, "a/b/memory.current": 30, "a/b/memory.stat": stat("inactive_file", 10),
                "a/memory.max": 120, "a/memory.current": 90, "a/memory.stat": stat("inactive_file", 20),
            },
            [50, 80],
        ),
        (
            "3:memory:/docker/x\n",
            {
                "memory/memory.limit_in_bytes": 90, "memory/memory.usage_in_bytes": 80,
                "memory/memory.stat": stat("total_inactive_file", 5),
            },
            [15],
        ),
        ("0::/\n", {"memory.max": 80}, [80]),
        ("0::/\n", {"memory.max": 80, "memory.current": 99, "memory.stat": stat("inactive_file", 0)}, [0]),
        ("0::/\n", {}, []),
    ],
)  # fmt: skip
def test_what_is_left_of_a_limit(tmp_path: Path, own: str, files: dict[str, object], left: list[int]) -> None:
    found(tmp_path, own, files)
    assert sorted(memory_left(tmp_path / "fs", tmp_path / "own")) == left
