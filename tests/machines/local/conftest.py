"""Machines for the tests of local mode; they need root's podman and tools/testbed/cgroup2.bash."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from bed import CHECKOUT, OURS, PASSWORD, SMALL, SUITE, Bed, Ran, record
from traces import files

ORDER = ["test_before_setup", "test_setup", "test_faults", "test_two_users", "test_uninstall"]
"""The life of the laptop: each file goes on where the one before left it."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.index(item.path.stem) if item.path.stem in ORDER else -1)
    if os.geteuid() == 0 and shutil.which("podman"):
        return
    for item in items:
        if "local" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="needs root's podman: tools/test.bash as root"))


@pytest.fixture(scope="session")
def laptop() -> Iterator[Bed]:
    """A machine with a copy of the checkout, bare at first, and set up by the first test that wants it so."""
    bed = Bed(
        f"workshop-local-{SUITE}-{OURS}",
        [f"--tmpfs={SMALL}:size=300m,mode=1777"],
        downloads=f"{CHECKOUT}/.workshop/cache",
        password=PASSWORD,
    )
    bed.start()
    bed.bring_checkout()
    yield bed
    bed.stop()


@pytest.fixture
def bare_laptop(laptop: Bed) -> Bed:
    """The machine before set-up."""
    assert not laptop.made(), "a test that sets it up ran before this one"
    return laptop


@pytest.fixture(scope="session")
def laptop_before(laptop: Bed) -> set[str]:
    """What lay on the machine before set-up."""
    return files(laptop)


@pytest.fixture(scope="session")
def first_setup(laptop: Bed, laptop_before: set[str]) -> Ran:
    """How set-up ended on the bare machine: the command as the README has it, without an argument."""
    done = laptop.setup()
    record("local mode: set-up of a bare machine, warm downloads", done.seconds)
    return done


@pytest.fixture(scope="session")
def set_up_laptop(laptop: Bed, first_setup: Ran) -> Bed:
    assert first_setup.status == 0, first_setup.text
    return laptop
