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


def write_notebook(path: Path, *cells: dict[str, object], **metadata: object) -> Path:
    empty = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
    document = {"cells": [empty | cell for cell in cells], "metadata": metadata, "nbformat": 4}
    whole = document | {"nbformat_minor": 5}
    path.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")
    return path


OUTPUTS: dict[str, object] = {"outputs": [{"output_type": "stream"}]}


@pytest.mark.parametrize("dirty", [OUTPUTS, {"execution_count": 3}])
def test_a_notebook_that_was_run_is_named(tmp_path: Path, dirty: dict[str, object]) -> None:
    assert check(write_notebook(tmp_path / "clean.ipynb", {}, {})).returncode == 0
    done = check(write_notebook(tmp_path / "a.ipynb", {}, dirty))
    assert done.returncode == 1
    assert "a.ipynb: has outputs or counts" in done.stdout


def test_a_notebook_that_is_written_otherwise_is_named(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", {})
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    done = check(path)
    assert done.returncode == 1
    assert "not written as Jupyter writes it" in done.stdout


def test_the_filters_exceptions_are_accepted(tmp_path: Path) -> None:
    kept = write_notebook(tmp_path / "a.ipynb", OUTPUTS | {"metadata": {"tags": ["keep_output"]}})
    whole = write_notebook(tmp_path / "b.ipynb", OUTPUTS, git={"suppress_outputs": False})
    assert check(kept, whole).returncode == 0
    assert check(write_notebook(kept, OUTPUTS | {"metadata": {"tags": ["other"]}})).returncode == 1


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b'{"cells": 1}'])
def test_a_broken_notebook_is_named_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    done = check(path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{path}: is no notebook: ")
    assert done.stdout.count("\n") == 1


def test_pictures_are_left_alone(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    assert check(picture).returncode == 0
