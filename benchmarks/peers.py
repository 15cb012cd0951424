"""What benchmarks measure ours beside, in an environment of its own; and ours, in those of the machine."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.settings import load_settings
from workshop.system.programs import last_line

PACKAGES = ("workshop", "bubblebreaker")


def install_peers(folder: Path, requirements: Path, *, hashed: bool = True) -> Path:
    """Make a virtual environment in ``folder`` with what a file names; return its folder of programs.

    ``requirements`` is a lock, or, if not ``hashed``, names versions only. Raises WorkshopError with
    pip's last line.
    """
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "--quiet"]
    install = ["install", "--disable-pip-version-check", "--only-binary", ":all:"]
    install += ["--require-hashes"] if hashed else []
    done = subprocess.run(
        [*pip, *install, "--requirement", str(requirements)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise WorkshopError(f"could not be installed: {last[0]}")
    return programs


@contextlib.contextmanager
def package_alone() -> Iterator[dict[str, str]]:
    """Give the variables with which another Python finds our packages, and nothing that lies beside them.

    Beside an installed package lie the libraries of its environment, which are not that Python's.
    """
    with tempfile.TemporaryDirectory(prefix="workshop-package-") as folder:
        (Path(folder) / "benchmarks").symlink_to(Path(__file__).resolve().parent, target_is_directory=True)
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


def run_engine(python: Path, script: Path, *words: str, compiled: Path) -> str:
    """Run a script of the benchmarks in another environment; return the last line that it printed.

    ``compiled``: a folder for what Theano compiles. In the machine's own lie the functions of all lessons,
    and Theano keeps a list of them in memory, 30 to 40 MB, which is nothing of what is measured.

    Raises WorkshopError with its last line when it fails or prints nothing.
    """
    with package_alone() as environment:
        environment |= _kernel_settings()
        flags = [environment.get("THEANO_FLAGS", ""), f"base_compiledir={compiled}"]
        environment["THEANO_FLAGS"] = ",".join(filter(None, flags))
        done = subprocess.run(
            [python, script, *words], capture_output=True, text=True, env=environment, check=False
        )
    said = last_line(done.stderr if done.returncode else done.stdout)
    if done.returncode or not said:
        raise WorkshopError(f"{' '.join(words[:2])} failed in {python}: {said or 'no word'}")
    return said


def _kernel_settings() -> dict[str, str]:
    """Return what a Theano kernel of this machine is told; where none was set up, where BLAS is.

    How memory is kept counts for the peers as well, so that this is not what the difference comes from.
    """
    prefix = load_settings().prefix
    kernel = prefix / "venvs/jupyter/share/jupyter/kernels/theano/kernel.json" if prefix else None
    if kernel is None or not kernel.is_file():
        told = {"THEANO_FLAGS": "blas.ldflags=-lopenblas,floatX=float32"}
    else:
        told = json.loads(kernel.read_text(encoding="utf-8"))["env"]
    if "THEANORC" in os.environ:
        return {name: value for name, value in told.items() if not name.startswith("THEANO")}
    return told


def locked_version(lock: Path, name: str) -> str:
    """Return the version that a lock names; raises WorkshopError when it names none."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise WorkshopError(f"{lock} does not name {name}; write it anew with tools/lock.bash")
    return found[1]
