"""The engine of our own networks runs as a script and says what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")
pytest.importorskip("onnx", reason="onnx is not in this environment")

from benchmarks.imagenet import race as engine

ROOT = Path(__file__).resolve().parents[2]


def ask(*words: str | Path) -> str:
    """Run the script as the benchmark does: from its file, with the package on the path."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, engine.__file__, *words],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_ours_is_timed_in_a_process_of_its_own(tmp_path: Path) -> None:
    ask("weights", "googlenet", tmp_path / "g.onnx")
    answer = json.loads(ask("lasagne", "googlenet", "2", tmp_path / "g.onnx"))
    assert len(answer["seconds"]) == len(answer["cpu_seconds"]) == 2
    assert all(seconds > 0 for seconds in answer["seconds"])
    assert 50 < answer["peak_rss_mb"] < 900
    assert answer["version"].startswith("Theano 1.0")
