"""The services of a set-up machine, all of them inside the memory of a small one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures import FIGURES
from house import House
from limit import NoLimitHereError, memory_limit
from required import lacking
from waiting import patience

# A machine sold with 2 GB: what its firmware and kernel keep for themselves (about 100 MiB) and what a
# bare Debian with ssh takes (about 150) are no longer there for the workshop; 100 more to be safe.
MEGABYTES = 2048 - 350


@pytest.fixture(scope="module")
def house(local_machine: Path) -> Iterator[House]:
    """Jupyter, TensorBoard and the start page, started anew by set-up's own script under the limit."""
    services = local_machine / "bin" / "services"
    try:
        with memory_limit("workshop-two-gigabytes", MEGABYTES) as limit:
            subprocess.run([services, "stop"], check=True, timeout=patience(120), capture_output=True)
            subprocess.run(limit.around([services, "start"]), check=True, timeout=patience(120))
            try:
                house = House(local_machine, limit)
                house.wait_until_all_answer()
                yield house
            finally:
                subprocess.run([services, "stop"], timeout=patience(120), capture_output=True)
    except NoLimitHereError as error:
        lacking(str(error))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("memory under a real limit")
    for line in FIGURES:
        terminalreporter.line(line)
