"""A repository made to hurt costs a machine of 2 GB little, and ends in a line, not in a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.sync import hostile
from benchmarks.sync.hostile import (
    MEGABYTES,
    SECONDS,
    Cost,
    Repository,
    cost,
    heavy_notebook,
    many_tags,
    tree_bomb,
    try_hostile,
)


@pytest.mark.parametrize("make", [tree_bomb, many_tags, heavy_notebook])
def test_no_repository_takes_the_machine(
    make: Callable[[Repository], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hostile, "TAGS", 1000)
    found = cost(make, tmp_path)
    assert found.fault == "" and found.said and found.seconds > 0


@pytest.mark.parametrize(
    "change",
    [{"megabytes": MEGABYTES + 1}, {"seconds": SECONDS + 1}, {"status": -9}, {"said": "Traceback"}],
)
def test_each_bound_can_be_missed(change: dict[str, object]) -> None:
    good = {"name": "x", "megabytes": 9, "seconds": 1.0, "wall_seconds": 1.0, "status": 1, "said": "refused"}
    assert Cost(**good).fault == ""  # type: ignore[arg-type]
    assert Cost(**good | change).fault.startswith("x: ")  # type: ignore[arg-type]


def test_each_repository_is_tried_with_keys_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hostile, "REPOSITORIES", [tree_bomb])
    unsigned, signed = try_hostile(tmp_path)
    assert "more than 20000 files" in unsigned.said and "is not signed" in signed.said
