"""What Numba compiles is counted, once, by the extension that the package names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workshop.machine.compiling import RECORD

PACKAGE = Path(__file__).parents[2]
# Two functions, one of which is compiled while the other is.
CODE = """
import json, time
from numba import njit

@njit(cache=True)
def doubled(x):
    return 2 * x

@njit(cache=True)
def summed(x):
    total = 0.0
    for number in range(x):
        total += doubled(number) ** 0.5
    return total

began = time.process_time()
answer = summed(100)
print(json.dumps({"answer": answer, "seconds": time.process_time() - began}))
"""
Run = Callable[..., tuple[dict[str, Any], list[dict[str, Any]]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the code in a process that finds the package installed; return what it says, and the record."""
    pytest.importorskip("numba", reason="Numba is not in this environment")
    groups = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]["entry-points"]
    extension = groups["numba_extensions"]["init"]
    about = tmp_path / "path" / "ours-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[numba_extensions]\ninit = {extension}\n")
    script, record = tmp_path / "script.py", tmp_path / "record.jsonl"

    def one() -> tuple[dict[str, Any], list[dict[str, Any]]]:
        script.write_text(CODE)
        path = os.pathsep.join([str(PACKAGE / "src"), str(about.parent)])
        environment = {**os.environ, "PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        environment[RECORD] = str(record)
        record.unlink(missing_ok=True)
        ran = subprocess.run(
            [sys.executable, "-W", "error", str(script)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
        lines = record.read_text().splitlines() if record.exists() else []
        assert not Path(f"{record}.now").exists()
        return json.loads(ran.stdout), [json.loads(line) for line in lines]

    return one


@pytest.mark.slow
def test_what_is_compiled_is_counted_once_and_never_again(run: Run) -> None:
    first, (line,) = run()
    assert line["module"] == "summed", "the other one is compiled within it"
    assert 0.02 < line["cpu_seconds"] <= first["seconds"]
    second, lines = run()
    assert lines == [], "it was loaded"
    assert second["answer"] == first["answer"]
