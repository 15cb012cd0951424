"""Trials can be played with the engine of another checkout, and what stops that one is seen."""

import shutil
from pathlib import Path

import pytest

from benchmarks.sync.older_engine import first_trials

ROOT = Path(__file__).resolve().parents[2]


def test_the_engine_of_this_checkout_has_none_of_the_old_faults() -> None:
    assert list(first_trials(ROOT, 20, seed=1)) == []


# In each run test_fuzz_shapes.py plants faults into the engine of this checkout.
@pytest.mark.slow
def test_an_engine_with_an_old_fault_is_found_out(tmp_path: Path) -> None:
    package = tmp_path / "workshop"
    shutil.copytree(ROOT / "packages/workshop/src/workshop", package)
    for file, old, new in (
        ("planner.py", "self._guarded(path) for", "self._fate(path) for"),
        ("command.py", "except Exception as error:", "except EOFError as error:"),
        ("command.py", "except OSError as error:", "except EOFError as error:"),
    ):
        text = (package / "sync" / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (package / "sync" / file).write_text(text.replace(old, new), encoding="utf-8")
    assert next(first_trials(tmp_path, 100, seed=1))
