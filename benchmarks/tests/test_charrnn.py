"""``bench charrnn``: medians of CPU seconds count; our engine runs as a script and learns."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.charrnn import bench, race


def answer(seconds: float) -> dict[str, Any]:
    took = {"characters": 1000, "seconds": 2 * seconds, "cpu_seconds": seconds}
    return took | {"version": "engine 1", "peak_rss_mb": 300.0, "losses": [4.2, 2.0]}


@pytest.mark.parametrize(("ours", "status"), [(0.8, 0), (2.0, 1)])
def test_the_document_has_both_engines_and_their_ratio(
    ours: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engines are replaced: two environments would have to be there."""
    noise = iter((1.0, 1.0, 5.0, 5.0, 0.9, 0.9))  # the middle one counts, not the mean

    def engine(python: Path, script: Path, name: str, *sizes: str, compiled: Path) -> dict[str, Any]:
        return answer((ours if name == bench.OURS else 1.0) * next(noise))

    monkeypatch.setattr(bench, "run_engine", engine)
    pythons = [f"--{name}-python={sys.executable}" for name in ("theano", "torch")]
    result = CliRunner().invoke(bench.app, [*pythons, "--scratch", str(tmp_path), "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == status
    assert report["ratio"] == 1 / ours
    assert report["engines"]["theano"]["characters_per_cpu_second"] == 1000 / ours
    assert report["engines"]["theano"]["characters_per_second"] == 500 / ours


def test_the_text_can_be_learnt() -> None:
    ids = race.text(8, 20, 10)
    assert ids.shape == (8, 201)
    follows = ids[:, 1:] == (7 * ids[:, :-1] + 3) % race.CHARACTERS
    assert 0.65 < np.mean(follows) < 0.75
