"""The check that uses the machine: the project's own tests of a machine, against a copy of the OVA.

They need a checkout and the packages of the tests (``locks/test.txt``); elsewhere ``booting`` at
least sees whether every port answers.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from organiser.appliance.verify.checks import Result
from workshop.errors import WorkshopError
from workshop.settings import find_checkout

NAME = "boot.behaviour"
WHY = "a machine that answers may still have a dead kernel or a page that is open to strangers"
HOW = (
    "to have all of them, run '.cache/test/venv/bin/workshop appliance verify --boot FILE' in a checkout, "
    "in the environment that 'tools/test.bash --prepare' makes"
)
NEEDS = ("pytest", "testinfra")
TESTS = ("tests/machines/appliance", "tests/machines/behaviour")


def missing() -> str:
    """Return what keeps the tests from running here; nothing where they can."""
    if lacking := [name for name in NEEDS if importlib.util.find_spec(name) is None]:
        return f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not installed here"
    try:
        find_checkout("tests/machines/conftest.py")
    except WorkshopError:
        return "this is no checkout"
    return ""


def behaviour_result(ova: Path) -> Result:
    """Boot the OVA and run the tests; what they say goes to stderr, each failed one is a fault."""
    checkout = find_checkout("tests/machines/conftest.py")
    command = [sys.executable, "-P", "-m", "pytest", "-q", *TESTS, "--ova", str(ova.resolve())]
    done = subprocess.run(
        command,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    sys.stderr.write(done.stdout)
    return Result(NAME, WHY, faults(done.returncode, done.stdout))


def faults(status: int, said: str) -> tuple[str, ...]:
    """Return one line for each test that failed, or for tests that could not run at all."""
    failed = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if status and not failed:
        return (f"the tests could not run (pytest ended with {status}); see above",)
    return tuple(failed)
