"""The test command, with parts of a line or two in place of the real ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PASSES, FAILS, SKIPPED = "echo fine", "echo oh no; exit 1", "echo no such tool here; exit 77"
HANGS = "echo waiting; sleep 600"
LEAVES_ONE_BEHIND = "sleep 30 & echo fine"


@pytest.fixture
def command(tmp_path: Path) -> Path:
    (tmp_path / "tools/test-parts").mkdir(parents=True)
    return Path(shutil.copy(CHECKOUT / "tools/test.bash", tmp_path / "tools"))


def run(command: Path, parts: dict[str, str], **settings: str) -> tuple[int, dict[str, str], str]:
    """Run parts; return the status, each one's row of the table, and all that was said."""
    for name, code in parts.items():
        part = command.parent / f"test-parts/{name}.bash"
        part.write_text(f"#!/usr/bin/env bash\n# About {name}.\n{code}\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WORKSHOP_")}
    done = subprocess.run(
        ["bash", command, *parts], capture_output=True, text=True, timeout=60, env=kept | settings
    )
    _, _, table = done.stdout.partition("part       result")
    rows = (line.split(None, 1) for line in table.splitlines()[1:] if line)
    return done.returncode, {row[0]: row[1] for row in rows if row[0] in parts}, done.stdout


def test_the_table_tells_what_passed_failed_or_was_skipped_and_why(command: Path) -> None:
    status, rows, said = run(command, {"lint": PASSES, "unit": FAILS, "vm": SKIPPED})
    assert status == 1
    assert rows["lint"].startswith("passed")
    assert rows["unit"].startswith("failed")
    assert rows["unit"].endswith("oh no")
    assert rows["vm"].startswith("skipped")
    assert rows["vm"].endswith("no such tool here")
    assert "parts: 1 passed, 1 failed, 1 skipped" in said
    assert "== unit: About unit." in said


def test_what_is_required_may_not_be_skipped(command: Path) -> None:
    status, rows, _ = run(command, {"lint": PASSES, "vm": SKIPPED}, WORKSHOP_TEST_REQUIRED="all")
    assert status == 1
    assert rows["vm"].startswith("failed")


@pytest.mark.parametrize("lanes", ["", "lint unit | vm"])
def test_what_hangs_is_ended_and_the_others_are_judged(command: Path, lanes: str) -> None:
    parts = {"lint": PASSES, "unit": HANGS, "vm": PASSES}
    # As if all but three seconds of the minute had gone; what has not begun gets one.
    told = {"WORKSHOP_TEST_MINUTES": "1", "WORKSHOP_TEST_LANES": lanes, "SECONDS": "57"}
    status, rows, _ = run(command, parts, **told)
    assert status == 1
    assert rows["lint"].startswith("passed")
    assert rows["unit"].startswith("failed")
    assert rows["unit"].endswith("ended for want of time, after: waiting")
    assert rows["vm"].startswith("passed")


def test_what_is_killed_in_time_is_not_called_late(command: Path) -> None:
    _, rows, said = run(command, {"lint": "echo working; kill -KILL $$"}, WORKSHOP_TEST_MINUTES="1")
    assert rows["lint"].startswith("failed")
    assert "working" in said
    assert "want of time" not in rows["lint"]


def test_a_lane_does_not_wait_for_what_a_part_leaves_behind(command: Path) -> None:
    began = time.monotonic()
    parts = {"lint": LEAVES_ONE_BEHIND, "unit": PASSES}
    status, rows, said = run(command, parts, WORKSHOP_TEST_LANES="lint unit")
    assert status == 0
    assert time.monotonic() - began < 15
    assert said.index("== lint") < said.index("== unit")
    assert all(row.startswith("passed") for row in rows.values())
