"""What the tests of the lessons' helpers share."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pytest

matplotlib.use("Agg")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that was not set up, with a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("WORKSHOP_CONFIG", raising=False)
    return tmp_path / "state" / "deep-learning-workshop" / "checkpoints"
