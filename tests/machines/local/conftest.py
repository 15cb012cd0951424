"""Machines for the tests of local mode; they need root's podman and tools/testbed/cgroup2.bash."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from bed import OURS, Bed, Ran, record


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() == 0 and shutil.which("podman"):
        return
    for item in items:
        if "local" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="needs root's podman: tools/test.bash roles"))


@pytest.fixture(scope="session")
def laptop() -> Iterator[Bed]:
    """A bare machine with a copy of the checkout."""
    bed = Bed(f"workshop-local-{OURS}")
    bed.start()
    bed.bring_checkout()
    bed.own_cache()
    yield bed
    bed.stop()


@pytest.fixture(scope="session")
def first_setup(laptop: Bed) -> Ran:
    """How set-up ended on the bare machine."""
    done = laptop.setup()
    record("local mode: set-up of a bare machine, warm downloads", done.seconds)
    return done


@pytest.fixture(scope="session")
def set_up_laptop(laptop: Bed, first_setup: Ran) -> Bed:
    assert first_setup.status == 0, first_setup.text
    return laptop


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> Iterator[Bed]:
    """A machine of one test's own; the marker ``podman`` gives it options."""
    marker = request.node.get_closest_marker("podman")
    bed = Bed(f"workshop-bare-{OURS}", list(marker.args) if marker else [])
    bed.start()
    bed.bring_checkout()
    yield bed
    bed.stop()
