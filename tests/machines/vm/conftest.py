"""Machines of Vagrant's; they need vagrant with its provider libvirt, and for a real one a box."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from required import lacking
from vagrant_house import ROOT, House


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "vm" not in item.path.parts:
            continue
        if not shutil.which("vagrant"):
            item.add_marker(pytest.mark.skip(reason="needs vagrant"))
        elif {"virtual_machine", "whole_machine"} & set(
            getattr(item, "fixturenames", ())
        ) and not config.getoption("--box"):
            item.add_marker(pytest.mark.skip(reason="needs a box (--box)"))


@pytest.fixture(scope="session")
def libvirt() -> None:
    """Libvirt's daemon, which answers."""
    started = subprocess.run(
        [ROOT / "tools/testbed/libvirt.bash"], capture_output=True, text=True, check=False
    )
    if started.returncode:
        lacking(started.stderr.strip())


@pytest.fixture(scope="session")
def copied(libvirt: None) -> Iterator[House]:
    """A copied checkout, of which tests get copies."""
    made = House()
    yield made
    shutil.rmtree(made.folder)


@pytest.fixture
def house(copied: House) -> Iterator[House]:
    """A copied checkout of a test's own in which no machine is started."""
    made = House(like=copied)
    yield made
    shutil.rmtree(made.folder)


@pytest.fixture(scope="module")
def virtual_machine(libvirt: None, request: pytest.FixtureRequest) -> Iterator[House]:
    """A copied checkout whose machine starts from the given box."""
    made = House(box=request.config.getoption("--box"))
    made.settings(playbook="playbooks/light.yml", memory=1024)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def whole_machine(libvirt: None, request: pytest.FixtureRequest) -> Iterator[House]:
    """A copied checkout as it is, whose machine becomes the workshop, and compiles in the background."""
    made = House(box=request.config.getoption("--box"))
    variables = made.checkout / "inventories/vagrant/host_vars/workshop.yml"
    variables.parent.mkdir()
    variables.write_text("---\ndeep_libs_warm: background\n", encoding="utf-8")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "Compile in the background")
    yield made
    made.remove()
