"""A second copy beside the first, and the appliance's figures at the end of the report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from copies import FIGURES, SSH, Copy

from organiser.appliance.boot import booted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the second copy boot meanwhile: what needs it comes last, and what restarts it at the very end."""
    items.sort(key=lambda item: ("twin" in getattr(item, "fixturenames", ())) + ("upgraded" in item.name))


@pytest.fixture(scope="session")
def switched_on(
    copy: Copy, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Copy]:
    """Another copy, which may not have booted yet; the first one had its processors for itself."""
    folder = tmp_path_factory.mktemp("twin")
    with booted(request.config.getoption("--ova"), folder=folder, restarts=True) as guest:
        other = Copy(guest, folder)
        yield other
        other.close()


@pytest.fixture(scope="session")
def twin(switched_on: Copy) -> Copy:
    """The other copy, up to its ssh."""
    switched_on.guest.wait_for_port(SSH, seconds=900)
    return switched_on


@pytest.fixture(autouse=True)
def _switch_on(request: pytest.FixtureRequest) -> None:
    """Switch the other copy on with the first test that looks at the appliance."""
    if request.config.getoption("--ova"):
        request.getfixturevalue("switched_on")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("the appliance")
    for line in FIGURES:
        terminalreporter.line(line)
