"""``bench sync`` times both on a small course, whose peer is a plain clone that needs no registry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import sync as bench

COST = {"seconds", "cpu_seconds", "peak_mb"}


@pytest.fixture
def puller(tmp_path: Path) -> Path:
    path = tmp_path / "gitpuller"
    path.write_text('#!/bin/sh\ntest -d "$3" || git clone --quiet --branch "$2" "$1" "$3"\n')
    path.chmod(0o755)
    return path


def test_the_document_has_both_costs_of_each_state(puller: Path, tmp_path: Path) -> None:
    words = ["--gitpuller", str(puller), "--notebooks", "3", "--kilobytes", "1", "--rounds", "1"]
    result = CliRunner().invoke(bench.app, [*words, "--scratch", str(tmp_path), "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == (not report["passed"])
    for state in ("untouched", "ran"):
        assert set(report[state]["sync"]) == set(report[state]["nbgitpuller"]) == COST
    assert report["machine"]["cores"] > 0
    assert list(tmp_path.iterdir()) == [puller]


def test_both_have_run_the_same_notebooks(puller: Path, tmp_path: Path) -> None:
    course = bench.Course(tmp_path, puller, notebooks=2, kilobytes=1)
    course.run_all()
    for name in course.names:
        ours = (tmp_path / "ours" / name).read_bytes()
        assert ours == (tmp_path / "theirs/notebooks" / name).read_bytes()
        assert len(json.loads(ours)["cells"][0]["outputs"]) == 1
