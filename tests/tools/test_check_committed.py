"""What must not be committed is found and named by file and line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools/check-committed.py"


def check(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *files], capture_output=True, text=True, check=False)


def test_clean_files_pass(tmp_path: Path) -> None:
    text = tmp_path / "a.md"
    text.write_text("Take it with pip from your registry; see /usr/share and example.org.\n")
    done = check(text)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("https://" + "pypi" + ".org/simple", "registry"),
        ("URIs: http://" + "deb.debian" + ".org/debian", "registry"),
        ("python: /" + "root/.pyenv/bin", "one machine"),
        ("see /" + "Users/jane/workshop", "one machine"),
    ],
)
def test_what_only_one_machine_understands_is_named(tmp_path: Path, line: str, what: str) -> None:
    text = tmp_path / "a.md"
    text.write_text(f"fine\n{line}\n")
    done = check(text)
    assert done.returncode == 1
    assert f"{text}:2:" in done.stdout
    assert what in done.stdout


@pytest.mark.parametrize("dirty", [{"outputs": [{"output_type": "stream"}]}, {"execution_count": 3}])
def test_a_notebook_that_was_run_is_named(tmp_path: Path, dirty: dict[str, object]) -> None:
    notebook = tmp_path / "a.ipynb"
    cell = {"cell_type": "code", "source": "1", "outputs": [], "execution_count": None}
    notebook.write_text(json.dumps({"cells": [cell]}))
    assert check(notebook).returncode == 0
    notebook.write_text(json.dumps({"cells": [cell, cell | dirty]}))
    done = check(notebook)
    assert done.returncode == 1
    assert "cell 1" in done.stdout


def test_pictures_are_left_alone(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    assert check(picture).returncode == 0
