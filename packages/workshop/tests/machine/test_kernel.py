"""A Theano kernel starts with the threads that were chosen, and starts whatever the choice looks like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.machine import kernel
from workshop.machine.tuning import choice
from workshop.settings import Settings

GIVEN = {kernel.VARIABLE: "1", "OTHER": "kept"}


@pytest.fixture(autouse=True)
def chosen_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WORKSHOP_CONFIG", raising=False)
    monkeypatch.setenv("WORKSHOP_CHOICES", str(tmp_path))
    return tmp_path / "blas.toml"


def test_without_a_choice_set_ups_number_counts() -> None:
    assert kernel.environment(GIVEN) == GIVEN


def test_a_choice_counts() -> None:
    choice.write(Settings(), choice.here(5))
    assert kernel.environment(GIVEN) == {kernel.VARIABLE: "5", "OTHER": "kept"}


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
    code = "import os, sys; print(os.environ['OPENBLAS_NUM_THREADS'], sys.argv[1:-1])"
    assert start(code, tmp_path).strip() == "7 ['-f', 'connection.json']"


ASKED, GIVEN_TO_ALL = "always [madvise] never", "[always] madvise never"
VIRTUAL, BARE = "flags\t\t: fpu sse2 hypervisor lahf_lm", "flags\t\t: fpu sse2 lahf_lm"
ARM = "Features\t: fp asimd"


@pytest.mark.parametrize(
    ("pages", "processor", "asks"),
    [
        (ASKED, VIRTUAL, True),
        (ASKED, BARE, False),
        (ASKED, ARM, False),
        (GIVEN_TO_ALL, VIRTUAL, False),
        (None, VIRTUAL, False),
        (ASKED, None, False),
    ],
)
def test_large_pages_are_asked_for_where_they_are_worth_it(
    pages: str | None, processor: str | None, asks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("ASKED_FOR", pages), ("PROCESSORS", processor)):
        monkeypatch.setattr(kernel, name, tmp_path / name)
        if text is not None:
            (tmp_path / name).write_text(f"processor\t: 0\n{text}\n" if name == "PROCESSORS" else text)
    assert kernel.large_pages() == (kernel.LARGE_PAGES if asks else {})


def test_the_kernel_has_the_large_pages_that_it_may_ask_for_and_what_was_given_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in kernel.LARGE_PAGES:
        monkeypatch.delenv(name, raising=False)
    code = f"import os, json; print(json.dumps({{n: os.environ.get(n) for n in {list(kernel.LARGE_PAGES)}}}))"
    expected = dict.fromkeys(kernel.LARGE_PAGES) | kernel.large_pages()
    assert json.loads(start(code, tmp_path)) == expected
    monkeypatch.setenv("PYTHONMALLOC", "default")
    assert json.loads(start(code, tmp_path)) == expected | {"PYTHONMALLOC": "default"}


def test_the_kernel_collects_garbage_as_it_is_told_and_keeps_no_name_of_it(tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="ipykernel is not in this environment")
    code = (
        "import sys\nfrom IPython.terminal.ipapp import TerminalIPythonApp as App\n"
        "line = sys.argv[-1].replace('IPKernelApp', 'TerminalIPythonApp')\n"
        "app = App.instance()\napp.initialize([line, '-c', 'import gc; print(gc.get_threshold(), _oh)'])\n"
    )
    assert start(code, tmp_path).strip() == f"{kernel.COLLECTING} {{}}"


def test_files_in_the_notebooks_folder_are_not_mistaken_for_modules(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "tomllib.py").write_text("raise SystemExit('shadowed')")
    command = [sys.executable, "-P", "-m", "workshop.machine.kernel", "--version"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "shadowed" not in ran.stderr
    assert ran.returncode == 0, ran.stderr
