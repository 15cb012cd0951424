"""The benchmark of the appliance: one small run of it, and its verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import appliance as bench


def row(sha256sum: float, verify: float) -> dict[str, float]:
    return {
        "sha256sum_seconds": sha256sum,
        "sha256sum_cpu_seconds": sha256sum,
        "verify_seconds": verify,
        "verify_cpu_seconds": verify,
        "ratio": sha256sum / verify,
    }


FIGURES: dict[str, Any] = {
    "disk_bytes": 6_000_000_000,
    "ova_bytes": 3_000_000_000,
    "pack": {"vmdk": 60.0, "ova": 5.0},
    "warm": row(2.0, 2.5),
    "cold": row(4.0, 4.0),
    "passed": True,
}


def test_the_lines() -> None:
    text = "\n".join(bench.lines({**FIGURES, "qemu_img": {"trouble": "needs qemu-img"}}))
    assert (
        "verify from memory: 2.50 s (2.50 s of CPU); sha256sum 2.00 s (2.00 s); 0.80 times its speed" in text
    )
    assert "packed to an OVA of 3.00 GB: vmdk 60 s, ova 5 s" in text
    assert "qemu-img: needs qemu-img" in text
    assert text.endswith("the bar is met")
    assert list(bench.lines({**FIGURES, "passed": False}))[-1].startswith("missed")


@pytest.mark.parametrize(
    ("warm", "cold", "passed"), [(0.7, 0.9, True), (0.69, 2.0, False), (2.0, 0.69, False)]
)
def test_both_races_count(
    warm: float, cold: float, passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "race", lambda ova, rounds, cold: {"ratio": second if cold else first})
    first, second = warm, cold
    assert bench.measure(tmp_path, 100_000, 1, peer=False)["passed"] is passed


def test_a_small_run_of_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workshop", "bench", "appliance", "--gigabytes", "0.01", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--scratch", str(tmp_path), "--json"], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["passed"] else 1)
    # Half of the disk is random, and each OVA was found sound.
    assert 0.45 < report["ova_bytes"] / report["disk_bytes"] < 0.55
    assert report["warm"]["verify_seconds"] > 0
    assert report["cold"]["sha256sum_cpu_seconds"] > 0
    assert list(tmp_path.iterdir()) == []
