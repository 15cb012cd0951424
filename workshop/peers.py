"""What benchmarks measure ours beside, installed into an environment of its own; and ours, run in another."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from workshop.errors import WorkshopError


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
    """Give the variables with which another Python finds this package, and nothing that lies beside it.

    Beside an installed package lie the libraries of its environment, which are not that Python's.
    """
    with tempfile.TemporaryDirectory(prefix="workshop-package-") as folder:
        (Path(folder) / "workshop").symlink_to(Path(__file__).resolve().parent, target_is_directory=True)
        yield os.environ | {"PYTHONPATH": folder}


def locked_version(lock: Path, name: str) -> str:
    """Return the version that a lock names; raises WorkshopError when it names none."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise WorkshopError(f"{lock} does not name {name}; write it anew with tools/lock.bash")
    return found[1]
