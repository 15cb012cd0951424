"""The appliance's figures, at the end of the report."""

from __future__ import annotations

import pytest
from copies import FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("the appliance")
    for line in FIGURES:
        terminalreporter.line(line)
