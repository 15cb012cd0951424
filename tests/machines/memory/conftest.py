"""The services of a set-up machine, all of them inside the memory of a small one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures import FIGURES
from house import House
from limit import NoLimitHereError, memory_limit
from waiting import patience

REQUIRED = {"all", "lessons"}

# A machine sold with 2 GB: what its firmware and kernel keep for themselves (about 100 MiB) and what a
# bare Debian with ssh takes (about 150) are no longer there for the workshop; 100 more to be safe.
MEGABYTES = 2048 - 350


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """Jupyter, TensorBoard and the start page, started anew by set-up's own script under the limit."""
    prefix = Path(request.config.getoption("--prefix"))
    services = prefix / "bin" / "services"
    if not (prefix / "etc" / "supervisor").is_dir():
        pytest.skip(f"no workshop with supervisor in {prefix} (--prefix): tools/test.bash lessons")
    try:
        with memory_limit("workshop-two-gigabytes", MEGABYTES) as limit:
            subprocess.run([services, "stop"], check=True, timeout=patience(120), capture_output=True)
            subprocess.run(limit.around([services, "start"]), check=True, timeout=patience(120))
            try:
                house = House(prefix, limit)
                house.wait_until_all_answer()
                yield house
            finally:
                subprocess.run([services, "stop"], timeout=patience(120), capture_output=True)
    except NoLimitHereError as error:
        if REQUIRED & set(os.environ.get("WORKSHOP_TEST_REQUIRED", "").split()):
            raise
        pytest.skip(str(error))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("memory under a real limit")
    for line in FIGURES:
        terminalreporter.line(line)
