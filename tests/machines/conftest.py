"""Tests of whole machines. ``behaviour/`` runs against any machine that --hosts names."""

from __future__ import annotations

from typing import Any

import pytest
from machine import Machine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prefix", default="/opt/workshop", help="where the machine's workshop is")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a machine there is nothing to look at, and this host is not meant."""
    if config.getoption("hosts", None):
        return
    for item in items:
        if "machine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="needs a machine (--hosts): tools/test.bash roles"))


@pytest.fixture(scope="module")
def machine(host: Any, request: pytest.FixtureRequest) -> Machine:
    return Machine(host, request.config.getoption("--prefix"))
