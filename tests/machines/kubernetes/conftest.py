"""One cluster for all tests that need one, with our image on its nodes, and a classroom on it."""

from __future__ import annotations

import json
import os
import tarfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from machines.kubernetes.cluster import Cluster
from machines.kubernetes.room import Room

PROGRAMS = os.environ.get("WORKSHOP_KUBERNETES", "")
IMAGE = "registry.example.org/workshop"
FIGURES: list[str] = []
"""What was measured, for the end of the log."""
FAILED: dict[str, str] = {}
"""What did not pass, and why in one line; a report must not leave it out."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what failed."""
    report = yield
    if report.failed and call.excinfo is not None:
        FAILED[item.name] = (str(call.excinfo.value).strip().splitlines() or [call.excinfo.typename])[0][:200]
    return report


@pytest.fixture(scope="session")
def figures() -> list[str]:
    """Return a list whose lines are printed at the end."""
    return FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured; what a fixture prints at its end nobody sees where all passed."""
    if FIGURES:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(FIGURES))


@pytest.fixture(scope="session")
def archive(request: pytest.FixtureRequest) -> Path:
    """Return the file of an image of ours."""
    given: Path | None = request.config.getoption("--image")
    if not PROGRAMS or not given:
        pytest.skip("needs a cluster's programs and an image of ours")
    return given


@pytest.fixture(scope="session")
def image(archive: Path) -> str:
    """Return the image's name with its digest."""
    with tarfile.open(archive) as tar:
        index = tar.extractfile("index.json")
        assert index is not None
        (listed,) = json.load(index)["manifests"]
    return f"{IMAGE}@{listed['digest']}"


@pytest.fixture(scope="session")
def cluster(
    archive: Path, image: str, figures: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Start the cluster, and load the image."""
    made = Cluster(Path(PROGRAMS), tmp_path_factory.mktemp("cluster"))
    try:
        made.start(keep={image})
        started = time.monotonic()
        made.load(archive, image)
        figures.append(f"the image loaded in {time.monotonic() - started:.0f} s")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def opened(cluster: Cluster, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Make the classroom, once."""
    work = tmp_path_factory.mktemp("kubernetes")
    made = Room(cluster, work / "classroom", work)
    made.make(image)
    yield made
    made.close()


@pytest.fixture
def room(opened: Room) -> Room:
    """Return the classroom, with all nodes and its hub there: no test lives on what another one leaves."""
    opened.make_whole()
    return opened
