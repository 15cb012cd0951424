"""A participant's first minutes: a lesson's first cells through JupyterLab, from the host's side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from copies import JUPYTER, Copy
from machine import HERE, Machine

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("appliance")]

LESSON = "0-basics/10-theano-basics.ipynb"
CELLS = 4


def first_cells(document: dict[str, Any]) -> str:
    """Return the code of a notebook's first cells, in its fast profile."""
    code = [
        "".join(cell["source"])
        for cell in document["cells"]
        if cell["cell_type"] == "code" and not any(tag.startswith("exercise") for tag in _tags(cell))
    ]
    return "\n".join(code[:CELLS]).replace('PROFILE = "full"', 'PROFILE = "fast"')


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def modules(machine: Machine) -> set[str]:
    """Return what is compiled on the machine."""
    return set(machine.run(f"find {machine.prefix}/theano -name '*.so'").split())


def test_the_first_cells_of_a_lesson_run(copy: Copy, machine: Machine, tmp_path: Path) -> None:
    answer = machine.get("workshop-jupyter", f"/api/contents/{LESSON}", token=machine.token)
    code = first_cells(answer.json["content"]) + "\nimport theano; print('ran', theano.__version__)"
    token = tmp_path / "token"
    token.write_text(machine.token)
    compiled = modules(machine)
    # By its number: the settings of a machine for UTM name no ports.
    port = str(copy.guest.ports[JUPYTER])
    done = subprocess.run(
        [sys.executable, HERE / "kernel_client.py", port, token, "theano", code],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ran 1.0.5" in done.stdout
    assert compiled, "nothing was compiled when it was built"
    assert modules(machine) == compiled, "what the builder compiled is compiled again"
