"""A command's cost is its own, with its children; one that fails or is interrupted leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from waiting import alive, wait_until

from benchmarks.measuring import Cost, finish, in_a_row, medians, run
from workshop.core.errors import WorkshopError

EATS = "held = bytearray(b'x') * 100_000_000; sum(range(3_000_000))"


def test_a_cost_counts_children_and_not_this_process(tmp_path: Path) -> None:
    nothing = run([sys.executable, "-IS", "-c", ""], tmp_path)
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {EATS!r}])"
    much = run([sys.executable, "-c", child], tmp_path)
    assert nothing.peak_mb < 40 < 100 < much.peak_mb < 200
    assert nothing.cpu_seconds < much.cpu_seconds <= 2 * much.seconds


def test_a_command_that_fails_is_named_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"sh failed: first; second; its output: .*log\.txt"):
        run(["sh", "-c", "echo ignored; echo first; echo second >&2; exit 3"], tmp_path)
    with pytest.raises(WorkshopError, match="no-such-program"):
        run(["no-such-program"], tmp_path)


def test_interrupting_ends_what_was_started(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from benchmarks.measuring import run\n"
        f"run(['sh', '-c', 'echo $$ > {tmp_path}/pid; sleep 60'], Path({str(tmp_path)!r}))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip(), 60, "it runs")
    process.send_signal(2)
    process.wait(120)
    started = int((tmp_path / "pid").read_text())
    wait_until(lambda: not alive(started), 10, "what it started has ended")


def test_costs_are_added_and_their_medians_taken() -> None:
    costs = [Cost(1, 6, 30), Cost(2, 5, 10), Cost(9, 4, 20)]
    assert in_a_row(costs) == Cost(12, 15, 30)
    assert medians(costs) == Cost(2, 5, 20)


def test_a_missed_bar_is_printed_with_the_machine_and_exits_with_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    finish({"missed": []}, ["a figure"], as_json=False)
    with pytest.raises(typer.Exit) as ended:
        finish({"missed": ["too slow"]}, ["a figure"], as_json=False)
    assert ended.value.exit_code == 1
    said = capsys.readouterr().out
    assert said.count("a figure") == 2 and said.count("missed: too slow") == 1
    assert said.count("cores") == 2
