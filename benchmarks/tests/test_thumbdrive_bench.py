from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import thumbdrive as bench


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SMALL_FILES", 10)


def test_the_figures_are_of_what_was_done(tmp_path: Path) -> None:
    report = bench.measure(tmp_path, 20 << 20, rounds=1)
    stick = tmp_path / "ours-0"
    assert report["bytes"] > 20 << 20
    assert report["changed"] <= report["written"] <= 1.05 * report["changed"]
    assert all(
        report[name] > 0 for name in ("seconds", "peer_seconds", "peer_from_disk_seconds", "update_seconds")
    )
    assert (stick / "wheels" / "new.whl").is_file()
    assert len(list((stick / "wheels").iterdir())) == 10


def test_a_missed_bar_is_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = {
        "bytes": 1e6,
        "seconds": 1,
        "peer_seconds": 1,
        "peer_from_disk_seconds": 1,
        "changed": 100,
        "written": 106,
    }
    report |= {"ratio": 1.06, "update_seconds": 1}
    monkeypatch.setattr(bench, "measure", lambda *_: report)
    done = CliRunner().invoke(bench.app, ["--json", "--scratch", str(tmp_path)])
    assert (done.exit_code, json.loads(done.stdout)) == (1, report)
    assert list(tmp_path.iterdir()) == []
    report["ratio"] = 1.04
    done = CliRunner().invoke(bench.app, ["--scratch", str(tmp_path)])
    assert done.exit_code == 0 and "× 1.040" in done.stdout
