"""``bench imagenet``: medians count, time and memory have a bar; our engine runs as a script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.imagenet import bench
from benchmarks.imagenet.bench import BARS, OURS

RACE = Path(bench.__file__).with_name("race.py")


def answer(milliseconds: float, megabytes: float) -> dict[str, Any]:
    seconds = [milliseconds * noise / 1000 for noise in (1.0, 5.0, 0.9)]  # the middle one counts
    return {"seconds": seconds, "cpu_seconds": seconds, "peak_rss_mb": megabytes, "version": "engine 1"}


def test_the_document_has_a_row_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engines are replaced: three environments would have to be there."""
    trained = tmp_path / "efficientnet-lite0" / bench.ENTRIES["efficientnet-lite0"].file
    trained.parent.mkdir()
    trained.touch()
    (tmp_path / "workshop.toml").write_text(f'data = "{tmp_path}"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))

    def engine(python: Path, script: Path, name: str, *words: str, compiled: Path) -> dict[str, Any]:
        return {"file": words[1]} if name == "weights" else answer(90 if name == OURS else 100, 200)

    monkeypatch.setattr(bench, "run_engine", engine)
    pythons = [f"--{name}-python={sys.executable}" for name in ("theano", "tensorflow", "torch")]
    result = CliRunner().invoke(bench.app, [*pythons, "--scratch", str(tmp_path), "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == 1, "as much memory as its peers"
    assert [row["network"] for row in report["networks"]] == [bar.network for bar in BARS]
    row = report["networks"][0]
    assert (row["time_ratio"], row["memory_ratio"]) == (0.9, 1.0)
    assert row["engines"][0] == {
        "version": "engine 1", "seconds": 0.09, "cpu_seconds": 0.09, "peak_rss_mb": 200,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        ((99, 200), 0),
        ((105, 200), 1),
        ((120, 200), 2),
        ((160, 200), 3),
        ((90, 260), 1),
        ((90, 300), 3),
    ],
)
def test_each_network_has_bars_of_its_own(ours: tuple[float, float], missed: int) -> None:
    found = {(bar.network, OURS): [answer(*ours)] for bar in BARS}
    found |= {(bar.network, bar.rival): [answer(100, 400)] for bar in BARS}
    assert len(bench.summarise(found)["missed"]) == missed


@pytest.mark.slow
def test_ours_is_timed_in_a_process_of_its_own(local_machine: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "THEANORC": str(local_machine / "etc/theanorc")}

    def ask(*words: str | Path) -> dict[str, Any]:
        command = [local_machine / "venvs/theano/bin/python", RACE, *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    ask("weights", "googlenet", tmp_path / "g.onnx")
    found = ask("lasagne", "googlenet", "2", tmp_path / "g.onnx")
    assert len(found["seconds"]) == len(found["cpu_seconds"]) == 2
    assert 50 < found["peak_rss_mb"] < 900
    assert found["version"].startswith("Theano 1.0")
