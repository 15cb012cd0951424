"""Start a machine: by the project's own tests of a machine where they can run, else port by port.

Which of the two it was belongs to the verdict: the tests use pages and run a lesson, and a port that answers
proves much less. The tests need a checkout and the packages of ``locks/test.txt``.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from organiser.appliance.boot import BOOT_SECONDS, Guest, booted
from organiser.appliance.verify.report import Report
from workshop.core.errors import WorkshopError
from workshop.core.settings import find_checkout

TESTS = "tests"
PORTS = "ports"
SENTENCES = {
    TESTS: "boot: judged by the project's tests of a machine",
    PORTS: "boot: only asked whether every forwarded port answers",
}
HOW = (
    "to have all of them, run '.cache/test/venv/bin/workshop appliance verify --boot FILE' in a checkout, "
    "in the environment that 'tools/test.bash --prepare' makes"
)
NEEDS = ("pytest", "testinfra")
FOLDERS = ("tests/machines/appliance", "tests/machines/behaviour")
SSH = 22


@dataclass(frozen=True)
class Level:
    """How much was asked of the machine that was started."""

    level: str
    """``tests`` or ``ports``."""
    why: str = ""
    """Why it was not more, and how to have it."""

    @property
    def sentence(self) -> str:
        """What the command says of it."""
        return SENTENCES[self.level] + (f", for {self.why}" if self.why else "")

    def as_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def choose(log: Path | None) -> Level:
    """Return how much can be asked here; a log is only kept of what is asked port by port."""
    if log:
        return Level(PORTS, "a log was wanted; for all tests leave --log out")
    if lacking := [name for name in NEEDS if importlib.util.find_spec(name) is None]:
        return Level(PORTS, f"{' and '.join(lacking)} cannot be imported here; {HOW}")
    try:
        find_checkout("tests/machines/conftest.py")
    except WorkshopError:
        return Level(PORTS, f"this is no checkout; {HOW}")
    return Level(TESTS)


def start(report: Report, level: Level, *, log: Path | None, seconds: float = BOOT_SECONDS) -> None:
    """Start a file's machine under qemu and add what is found to its report.

    log: a folder that gets the machine's log. seconds: until every port answers, where those are asked.
    """
    if level.level == TESTS:
        report.check("boot.tests", _tests(report.path))
    else:
        report.check("boot.answers", _ports(report.path, log, seconds))


def _ports(file: Path, log: Path | None, seconds: float) -> Iterator[str]:
    with booted(file, folder=log) as guest:
        yield from answers(guest, seconds)


def answers(guest: Guest, seconds: float) -> Iterator[str]:
    """Yield each forwarded port that does not answer: with ssh's greeting on 22, else by HTTP.

    seconds: for all of them together. A login page is an answer; a server's own error is none.
    """
    until = time.monotonic() + seconds
    for port in guest.ports:
        left = max(1.0, until - time.monotonic())
        try:
            if port == SSH:
                guest.wait_for_port(port, left)
            else:
                guest.wait_for_http(port, accept=lambda status: 200 <= status < 500, seconds=left)
        except WorkshopError as error:
            yield str(error)


def _tests(file: Path) -> Iterator[str]:
    """Run the tests, whose output goes to stderr; yield each that failed, or that they could not run."""
    checkout = find_checkout("tests/machines/conftest.py")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", *FOLDERS, "--ova", str(file.resolve())],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    sys.stderr.write(done.stdout)
    yield from failures(done.returncode, done.stdout)


def failures(status: int, said: str) -> list[str]:
    """Return one line for each test that failed, or for tests that could not run at all."""
    failed = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if status and not failed:
        return [f"the tests could not run (pytest ended with {status}); see above"]
    return failed
