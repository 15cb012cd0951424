"""``bench imagenet``: medians count, time and memory have a bar; our engine runs as a script."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.imagenet import bench
from benchmarks.imagenet.bench import BARS, OURS


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
