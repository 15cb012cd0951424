"""This machine, set up in local mode below .cache/test, with other ports than the workshop's own.

The first test that wants it sets it up, in whichever process of pytest-xdist; the next run finds it there.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache/test"
PREFIX = CACHE / "prefix"
RUN = CACHE / "prefix.run"
"""The run of pytest that set it up last."""
PORTS = {"jupyter": 18080, "tensorboard": 18081, "web": 18082}


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file while the block lasts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def have_downloads() -> None:
    """Have the machines' packages and data in the shared cache before several machines want them."""
    with locked(CACHE / "downloads.lock"):
        subprocess.run([ROOT / "tools/testbed/downloads.bash"], check=True)


def torch_folder() -> str:
    """The folder that pip's settings name, if PyTorch's wheel lies there; empty where it does not."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found = re.search(r"(?m)^(?:global|:env:)\.find-links='([^' ]+)'", asked.stdout)
    folder = os.environ.get("PIP_FIND_LINKS") or (found[1] if found else "")
    return folder if any(Path(folder or "/nowhere").glob("torch-*.whl")) else ""


def _set_up() -> None:
    # The test machines have downloads of their own: a set-up gives them to its user.
    downloads = CACHE / "downloads"
    shared = os.environ["WORKSHOP_TEST_CACHE"]
    subprocess.run([ROOT / "tools/testbed/link-downloads.bash", shared, downloads], check=True)
    given = {
        "workshop_prefix": PREFIX,
        "workshop_notebooks": CACHE / "notebooks",
        "workshop_cache": downloads,
        # The host's own manager of services is left alone, and the command of its own workshop.
        "workshop_service_manager": "supervisor",
        "workshop_launcher_folder": "",
        **{f"workshop_{name}_port": port for name, port in PORTS.items()},
    }
    # Only certificates that somebody named are passed on; the system's own need no word.
    if bundle := os.environ.get("SSL_CERT_FILE"):
        given["workshop_ca_bundle"] = bundle
    if folder := torch_folder():
        given["python_venv_torch"] = folder
    words = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    done = subprocess.run(
        [ROOT / "local/setup.bash", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    # The lessons are compiled by their own tests.
    subprocess.run([PREFIX / "venvs/jupyter/bin/workshop", "lessons", "warm", "--stop"], check=True)


@pytest.fixture(scope="session")
def local_machine(testrun_uid: str) -> Path:
    """The prefix of this machine's workshop."""
    have_downloads()
    with locked(CACHE / "prefix.lock"):
        if not RUN.is_file() or RUN.read_text(encoding="utf-8") != testrun_uid:
            _set_up()
            RUN.write_text(testrun_uid, encoding="utf-8")
    return PREFIX
