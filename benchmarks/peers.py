"""What benchmarks compare ours with, in an environment of its own; and ours, in those of the machine."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.measuring import say
from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line
from workshop.core.settings import find_checkout, load_settings

PACKAGES = ("lessonkit", "workshop", "bubblebreaker")
PythonOption = Annotated[
    Path | None, typer.Option(help="Its Python; else the machine's, and for PyTorch a new environment.")
]


def install_peers(folder: Path, name: str) -> Path:
    """Make a virtual environment in ``folder`` with ``locks/NAME.in``; return its folder of programs.

    Raises WorkshopError with pip's last line.
    """
    requirements = find_checkout(f"locks/{name}.in") / f"locks/{name}.in"
    say(f"installing {name}")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "--quiet"]
    install = ["install", "--disable-pip-version-check", "--only-binary", ":all:"]
    done = subprocess.run(
        [*pip, *install, "--requirement", str(requirements)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
        raise WorkshopError(f"{name} could not be installed: {last[0]}")
    return programs


@contextlib.contextmanager
def package_alone() -> Iterator[dict[str, str]]:
    """Give the variables with which another Python finds our packages and nothing installed next to them.

    Next to an installed package are the libraries of its environment, which are not that Python's.
    """
    with tempfile.TemporaryDirectory(prefix="workshop-package-") as folder:
        for name in PACKAGES:
            spec = importlib.util.find_spec(name)
            if spec and spec.origin:
                (Path(folder) / name).symlink_to(Path(spec.origin).resolve().parent, target_is_directory=True)
        yield os.environ | {"PYTHONPATH": folder}


def machine_python(environment: str, named: Path | None = None) -> Path:
    """Return ``named``, else the interpreter of an environment of this machine.

    Raises WorkshopError when it is not there.
    """
    prefix = load_settings().prefix
    found = named or (prefix / "venvs" / environment / "bin" / "python" if prefix else None)
    if found is None or not found.is_file():
        raise WorkshopError(
            f"there is no environment {environment}; set this machine up, or name --{environment}-python"
        )
    return found


def run_engine(python: Path, script: Path, *words: str, compiled: Path) -> dict[str, Any]:
    """Run one engine of a race in its own environment; return the JSON object on its last line.

    Args:
        python: The interpreter of that environment.
        script: The race; it imports nothing of this package.
        words: What to run.
        compiled: A folder for what Theano compiles. The machine's own holds the functions of all lessons, and
            Theano keeps a list of them in memory, 30 to 40 MB, which is not to be measured.

    Raises WorkshopError with its last line when it fails or prints no JSON.
    """
    with package_alone() as environment:
        environment |= _kernel_settings()
        flags = [environment.get("THEANO_FLAGS", ""), f"base_compiledir={compiled}"]
        environment["THEANO_FLAGS"] = ",".join(filter(None, flags))
        done = subprocess.run(
            [python, script, *words], capture_output=True, text=True, env=environment, check=False
        )
    said = last_line(done.stderr if done.returncode else done.stdout)
    try:
        if done.returncode:
            raise ValueError(said)
        found: dict[str, Any] = json.loads(said)
    except ValueError:
        raise WorkshopError(f"{' '.join(words[:2])} failed in {python}: {said or 'no output'}") from None
    return found


def _kernel_settings() -> dict[str, str]:
    """Return the variables of this machine's Theano kernel; where none was set up, where BLAS is.

    How memory is kept counts for the peers as well, so that it makes no difference between them.
    """
    prefix = load_settings().prefix
    kernel = prefix / "venvs/jupyter/share/jupyter/kernels/theano/kernel.json" if prefix else None
    if kernel is None or not kernel.is_file():
        settings = {"THEANO_FLAGS": "blas.ldflags=-lopenblas,floatX=float32"}
    else:
        settings = json.loads(kernel.read_text(encoding="utf-8"))["env"]
    if "THEANORC" in os.environ:
        return {name: value for name, value in settings.items() if not name.startswith("THEANO")}
    return settings
