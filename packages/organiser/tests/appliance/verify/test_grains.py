"""The thorough check inflates every disk of an OVA."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance.verify import grains
from organiser.appliance.verify.scan import scan
from organiser.appliance.verify.subject import Subject


def test_each_disk_is_inflated(ova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inflated: list[int] = []
    real = grains.inflate
    monkeypatch.setattr(
        grains, "inflate", lambda window: (inflated.append(n) or (n, d) for n, d in real(window))
    )
    (result,) = grains.STAGE.run(Subject(scan(ova)))
    assert result.faults == ()
    assert inflated == sorted(set(inflated))
    assert {0, 1, 5, 1100, 1299} < set(inflated)
