"""Our engine runs as a script and says what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.charrnn import race as engine

ROOT = Path(__file__).resolve().parents[2]


def test_the_text_can_be_learnt() -> None:
    ids = engine.text(8, 20, 10)
    assert ids.shape == (8, 201)
    follows = ids[:, 1:] == (7 * ids[:, :-1] + 3) % engine.CHARACTERS
    assert 0.65 < np.mean(follows) < 0.75


@pytest.mark.slow
def test_ours_is_timed_in_a_process_of_its_own() -> None:
    pytest.importorskip("theano", reason="Theano is not in this environment")
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, engine.__file__, "theano", "16", "8", "10", "40"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["characters"] == 8 * 10 * 40
    assert 0 < answer["cpu_seconds"] < 60
    assert answer["losses"][1] < answer["losses"][0]
    assert answer["version"].startswith("Theano 1.0")
