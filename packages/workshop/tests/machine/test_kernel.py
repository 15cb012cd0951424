"""A Theano kernel starts with the threads that were chosen, and starts whatever the choice looks like."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.core.settings import Settings
from workshop.machine import kernel
from workshop.machine.tuning import choice

GIVEN = {kernel.VARIABLE: "1", "OTHER": "kept"}


@pytest.fixture(autouse=True)
def chosen_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WORKSHOP_CONFIG", raising=False)
    monkeypatch.setenv("WORKSHOP_CHOICES", str(tmp_path))
    return tmp_path / "blas.toml"


def test_a_choice_of_another_machine_does_not() -> None:
    choice.write(Settings(), choice.Choice(5, 3, "another", "2026-01-01"))
    assert kernel.environment(GIVEN) == GIVEN


def test_a_damaged_choice_is_said_and_passed_over(
    chosen_here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen_here.write_text("nonsense")
    assert kernel.environment(GIVEN) == GIVEN
    assert "BLAS threads:" in capsys.readouterr().err


def start(code: str, folder: Path) -> str:
    """Start the launcher as Jupyter does, with a kernel that only runs some code."""
    (folder / "ipykernel_launcher.py").write_text(code)
    paths = os.pathsep.join([str(folder), str(Path(kernel.__file__).parents[2])])
    environment = {**os.environ, kernel.VARIABLE: "1", "PYTHONPATH": paths}
    command = [sys.executable, "-P", "-m", "workshop.machine.kernel", "-f", "connection.json"]
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout


def test_the_launcher_becomes_the_kernel(tmp_path: Path) -> None:
    choice.write(Settings(), choice.here(7))
    code = "import os, sys; print(os.environ['OPENBLAS_NUM_THREADS'], sys.argv[1:])"
    assert start(code, tmp_path).strip() == "7 ['-f', 'connection.json']"


def test_files_in_the_notebooks_folder_are_not_mistaken_for_modules(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "tomllib.py").write_text("raise SystemExit('shadowed')")
    command = [sys.executable, "-P", "-m", "workshop.machine.kernel", "--version"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "shadowed" not in ran.stderr
    assert ran.returncode == 0, ran.stderr
