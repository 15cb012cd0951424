"""A thousand people come in within ten minutes: the hub's own load, against a recorded API (load.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from machines.kubernetes.load import measure
from machines.kubernetes.writing import write

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("kubernetes")]


def test_a_thousand_seats_at_a_hundred_log_ins_a_minute(tmp_path: Path, figures: list[str]) -> None:
    write(tmp_path / "classroom", f"registry.example.org/workshop@sha256:{'0' * 64}", 1)
    found = measure(tmp_path / "classroom", tmp_path, seats=1000, a_minute=100.0)
    figures.append(json.dumps(found.summary(), indent=1))
    assert not found.failed, dict(list(found.failed.items())[:5])
    assert len(found.ready) == 1000
    assert found.hub_mb <= 1000
