"""Run a module of this package in an environment that has Numba: this one, or the machine's for Theano."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import package_alone
from workshop.errors import WorkshopError
from workshop.settings import load_settings

NEEDED = "numba"


def find_python(named: Path | None = None) -> Path:
    """Return ``named``, else this interpreter if it has Numba, else that of the environment theano.

    Raises WorkshopError when none is there, or when the one that is there lacks Numba.
    """
    if named is not None:
        if not named.is_file():
            raise WorkshopError(f"there is no interpreter {named}")
        if not _has_needed(named):
            raise WorkshopError(f"{named} has no {NEEDED}; name the Python of the environment theano")
        return named
    if importlib.util.find_spec(NEEDED) is not None:
        return Path(sys.executable)
    prefix = load_settings().prefix
    found = prefix / "venvs" / "theano" / "bin" / "python" if prefix else None
    if found is None or not found.is_file() or not _has_needed(found):
        raise WorkshopError(
            f"this needs {NEEDED}, which the environment theano has; set this machine up "
            "(./local/setup.bash), or name an interpreter with --python"
        )
    return found


def _has_needed(python: Path) -> bool:
    """Ask an interpreter whether it could import Numba; one that does not start cannot."""
    asking = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({NEEDED!r}) is None)"
    try:
        done = subprocess.run([str(python), "-c", asking], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def answer_of(python: Path, module: str, arguments: Sequence[str]) -> Any:
    """Run ``python -m module arguments…`` and return the JSON on its stdout; its stderr is ours.

    Raises WorkshopError when it fails; it has said why by then.
    """
    one_core = {"OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [str(python), "-m", module, *arguments]
    # The code of this package, whatever that environment has installed.
    with package_alone() as environment:
        done = subprocess.run(command, stdout=subprocess.PIPE, env=environment | one_core, check=False)
    if done.returncode:
        raise WorkshopError(f"{module.rpartition('.')[2]} failed; the reason is above")
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise WorkshopError(f"{module.rpartition('.')[2]} did not answer in JSON") from error
