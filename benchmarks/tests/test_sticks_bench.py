from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import thumbdrive
from benchmarks.sticks.bench import Trial, lines, summarise, write
from benchmarks.sticks.bus import sticks_on_a_bus
from workshop.errors import WorkshopError

ONE = Trial(1, 100_000_000, 4.0, 0.5, 60_000_000)
MANY = Trial(16, 1_600_000_000, 60.0, 7.0, 90_000_000)


def test_many_that_cost_as_little_as_one_pass() -> None:
    report = summarise([ONE, MANY], 60.0)
    assert report["passed"]
    assert report["work_ratio"] == pytest.approx(0.875)
    assert report["more_memory_mb"] == 30.0
    assert [row["of_the_bus"] for row in report["trials"]] == [0.833, 0.889]
    assert any("16 sticks" in line for line in lines(report))


@pytest.mark.parametrize("worse", [{"processor": 10.0}, {"memory": 200_000_000}, {"seconds": 80.0}])
def test_many_that_cost_more_or_leave_the_bus_idle_do_not(worse: dict[str, float]) -> None:
    assert not summarise([ONE, replace(MANY, **worse)], 60.0)["passed"]  # type: ignore[arg-type]


def test_a_stick_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbdrive, "SMALL_FILES", 5)
    stage = tmp_path / "stage"
    thumbdrive.fill(stage, 2 << 20)
    with pytest.raises(WorkshopError, match=r"were not written: .*no-stick"):
        write(stage, [tmp_path / "no-stick"], 2 << 20)


def test_where_it_cannot_be_done_it_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(WorkshopError, match="need root"), sticks_on_a_bus(tmp_path, 1, 1 << 20, 1):
        pass
    assert list(tmp_path.iterdir()) == []
