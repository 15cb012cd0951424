"""The benchmark of the output filter: its verdict, and one small run of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from waiting import patience, wait_until

from benchmarks.filter import bench
from benchmarks.filter.bench import NONE, OURS, RIVAL, SLOW, summarise
from benchmarks.filter.race import Runner


def runner(name: str, *seconds: float, trouble: str = "") -> Runner:
    return Runner(name, [], 9, trouble, list(seconds), 2_000_000)


def report(*runners: Runner) -> dict[str, Any]:
    return summarise(runners, {RIVAL: "5.0"}, 100, 40_000_000)


def test_medians_count_and_quicker_than_nb_clean_passes() -> None:
    got = report(runner(NONE, 2.0), runner(OURS, 0.9, 0.3, 0.2), runner(RIVAL, 0.5, 0.6, 0.4))
    assert got["passed"] is True
    assert got["ratio"] == 0.6
    rows = {row["name"]: row for row in got["rows"]}
    assert rows[OURS]["seconds"] == 0.3
    assert rows[OURS]["runs"] == [0.9, 0.3, 0.2]
    assert rows[RIVAL]["version"] == "5.0"
    assert (got["notebooks"], got["megabytes"]) == (100, 40.0)


@pytest.mark.parametrize(
    "rival", [runner(RIVAL, 0.3), runner(RIVAL, 0.2), runner(RIVAL, trouble="no network")]
)
def test_as_slow_or_not_measured_does_not_pass(rival: Runner) -> None:
    assert report(runner(OURS, 0.3), rival)["passed"] is False


def test_what_was_not_measured_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    bench._print(
        report(runner(OURS, 0.3), runner(RIVAL, trouble="could not be installed: no network"), runner(SLOW))
    )
    lines = capsys.readouterr().out.splitlines()
    assert f"{RIVAL} 5.0" in lines[3] and "could not be installed: no network" in lines[3]
    assert "left out" in lines[4]
    assert "was not measured" in lines[-1]


def test_a_run_without_its_peers_is_one_document_and_exits_with_1(tmp_path: Path) -> None:
    words = ["bench", "filter", "--json", "--repeat=1", "--notebooks=3", "--megabytes=0.3"]
    done = subprocess.run(
        [sys.executable, "-m", "workshop", *words, f"--scratch={tmp_path}"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_NO_INDEX": "1"},
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    got = json.loads(done.stdout)
    rows = {row["name"]: row for row in got["rows"]}
    assert rows[NONE]["seconds"] > 0
    assert rows[OURS]["stored_megabytes"] < rows[NONE]["stored_megabytes"]
    assert all("could not be installed" in rows[name]["trouble"] for name in (RIVAL, SLOW))
    assert list(tmp_path.glob("workshop-bench-*")) == []


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.slow
def test_a_small_run_beside_its_peers() -> None:
    words = ["bench", "filter", "--json", "--repeat=1", "--notebooks=2", "--megabytes=0.5"]
    done = subprocess.run(
        [sys.executable, "-m", "workshop", *words], capture_output=True, text=True, check=False, timeout=300
    )
    got = json.loads(done.stdout)
    assert done.returncode == (0 if got["passed"] else 1)
    assert [row["name"] for row in got["rows"]] == [NONE, OURS, RIVAL, SLOW]
    assert all(row["seconds"] and not row["trouble"] for row in got["rows"])
    assert {row["name"] for row in got["rows"] if row["stored_megabytes"] < 0.2} == {OURS, RIVAL, SLOW}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_a_bench_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    words = ["bench", "filter", "--repeat=1", "--notebooks=50", "--megabytes=5", f"--scratch={tmp_path}"]
    with subprocess.Popen(
        [sys.executable, "-m", "workshop", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_NO_INDEX": "1"},
    ) as running:
        wait_until(lambda: list(tmp_path.glob("workshop-bench-*")), 60, "it is at work")
        running.send_signal(number)
        said = running.communicate(timeout=patience(60))[1]
    assert running.returncode == 128 + number, said
    assert "Traceback" not in said
    assert list(tmp_path.glob("workshop-bench-*")) == []
