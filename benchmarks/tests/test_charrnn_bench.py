"""The benchmark's verdict: medians of processor seconds count."""

from __future__ import annotations

from typing import Any

from benchmarks.charrnn import bench


def answers(seconds: float) -> list[dict[str, Any]]:
    # The middle one counts, not the mean.
    return [
        {
            "version": "engine 1",
            "characters": 1000,
            "seconds": 2 * seconds * noise,
            "cpu_seconds": seconds * noise,
            "peak_rss_mb": 300.0,
            "losses": [4.2, 2.0],
        }
        for noise in (1.0, 5.0, 0.9)
    ]


def test_quicker_passes() -> None:
    report = bench.summarise({"theano": answers(0.8), "torch": answers(1.0)})
    assert report["passed"] is True
    assert report["ratio"] == 1.25
    assert report["engines"]["theano"]["characters_per_cpu_second"] == 1250
    assert report["engines"]["theano"]["characters_per_second"] == 625


def test_slower_is_missed_and_said() -> None:
    report = bench.summarise({"theano": answers(2.0), "torch": answers(1.0)})
    assert report["passed"] is False
    assert bench.lines(report)[-1] == "0.50 of the rival's speed (bar 1): missed"
