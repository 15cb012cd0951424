"""Trials can be played with the engine of another checkout, and what stops that one is seen."""

import shutil
from pathlib import Path

from benchmarks.sync.older_engine import first_trials

ROOT = Path(__file__).resolve().parents[2]


def test_the_engine_of_this_checkout_has_none_of_the_old_faults(tmp_path: Path) -> None:
    assert first_trials(ROOT, 10, seed=1) == {}


def test_an_engine_with_an_old_fault_is_found_out(tmp_path: Path) -> None:
    package = tmp_path / "workshop"
    shutil.copytree(ROOT / "packages/workshop/src/workshop", package)
    planner = package / "sync" / "planner.py"
    text = planner.read_text(encoding="utf-8")
    planner.write_text(text.replace("self._guarded(path) for", "self._fate(path) for"), encoding="utf-8")
    command = package / "sync" / "command.py"
    text = command.read_text(encoding="utf-8")
    command.write_text(
        text.replace("except Exception as error:", "except EOFError as error:"), encoding="utf-8"
    )
    assert first_trials(tmp_path, 99, seed=1, enough=1)
