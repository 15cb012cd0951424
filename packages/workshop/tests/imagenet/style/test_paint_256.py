"""The lesson's picture at 256 pixels: half its steps get under the bar on the loss, and it stays small."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from required import lacking

from imagenet.required import all_photos
from workshop.imagenet.collection import available
from workshop.imagenet.style.paintings import STARRY_NIGHT, names

STEPS = ("30", "20")


@pytest.mark.slow
@pytest.mark.slow
def test_a_short_painting_meets_the_bars() -> None:
    if "efficientnet-lite0" not in available():
        lacking("the weights are not here: workshop data fetch efficientnet-lite0")
    if STARRY_NIGHT not in names():
        lacking("The Starry Night is not here: workshop data fetch painting")
    all_photos("palace")
    script = Path(__file__).with_name("paint_256.py")
    done = subprocess.run([sys.executable, script, *STEPS], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(told)
    assert told["pixels"] == 256
    assert told["share_left"] <= 0.2
    assert told["peak_rss_mb"] < 900
