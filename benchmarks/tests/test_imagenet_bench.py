"""The benchmark's verdict: medians count, and both time and memory have a bar."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.imagenet import bench
from benchmarks.imagenet.bench import BARS, OURS, Figures, summarise


def figures(milliseconds: float, megabytes: float) -> Figures:
    found = Figures()
    for noise in (1.0, 5.0, 0.9):  # the middle one counts, not the mean
        seconds = milliseconds * noise / 1000
        found.add(
            {"seconds": [seconds], "cpu_seconds": [seconds], "peak_rss_mb": megabytes, "version": "engine 1"}
        )
    return found


def report(ours: tuple[float, float]) -> dict[str, Any]:
    found = {}
    for bar in BARS:
        found[bar.network, OURS] = figures(*ours)
        for engine in bar.engines[1:]:
            found[bar.network, engine] = figures(100, 400)
    return summarise(found)


def test_quicker_and_smaller_passes() -> None:
    got = report((99, 200))
    assert got["passed"] is True
    row = got["networks"][0]
    assert (row["time_ratio"], row["memory_ratio"]) == (0.99, 0.5)
    assert row["engines"][0]["seconds"] == 0.099


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        ((105, 200), ["googlenet"]),
        ((120, 200), ["googlenet", "inception-v3"]),
        ((160, 200), ["googlenet", "inception-v3", "efficientnet-lite0"]),
        ((90, 260), ["googlenet"]),
        ((90, 300), ["googlenet", "inception-v3", "efficientnet-lite0"]),
    ],
)
def test_each_network_has_bars_of_its_own(ours: tuple[float, float], missed: list[str]) -> None:
    got = report(ours)
    assert got["passed"] is False
    assert [row["network"] for row in got["networks"] if not row["passed"]] == missed


def test_a_missed_bar_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    bench._print(report((105, 200)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("googlenet")
    assert lines[3].endswith("(bar 0.6): missed")
    assert not lines[8].endswith("missed")
