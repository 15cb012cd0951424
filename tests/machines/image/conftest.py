"""What was measured of a container, at the end of the run."""

from __future__ import annotations

import pytest
from dockers import FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say sizes and seconds; times are this computer's, busy as it was."""
    if FIGURES:
        terminalreporter.section("the image")
    for line in FIGURES:
        terminalreporter.line(line)
