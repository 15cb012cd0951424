"""The engine of our own networks runs as a script and says what it took."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from workshop.imagenet import bench


def test_ours_is_timed_in_a_process_of_its_own(tmp_path: Path) -> None:
    python, file = Path(sys.executable), tmp_path / "googlenet.onnx"
    bench._ask(python, "weights", "googlenet", str(file))
    answer = json.loads(bench._ask(python, "lasagne", "googlenet", "2", str(file)))
    assert len(answer["seconds"]) == len(answer["cpu_seconds"]) == 2
    assert all(0 < seconds < 60 for seconds in answer["seconds"])
    assert 50 < answer["peak_rss_mb"] < 900
    assert answer["version"].startswith("Theano 1.0")
