"""The benchmark's verdict: medians count, and both time and memory have a bar."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from workshop.errors import WorkshopError
from workshop.imagenet import bench
from workshop.imagenet.bench import BARS, OURS, Figures, summarise


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


def test_an_engine_that_fails_is_named_with_its_last_line() -> None:
    with pytest.raises(WorkshopError, match=r"nonsense googlenet failed in .*KeyError"):
        bench._ask(Path(sys.executable), "nonsense", "googlenet", "1", "no-file")


def test_an_environment_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    (tmp_path / "workshop.toml").write_text(f'prefix = "{tmp_path}"\n')
    with pytest.raises(WorkshopError, match="there is no environment theano"):
        bench._python("theano", None)
