"""Tests of whole machines. ``behaviour/`` runs against any machine that --hosts names, or a booted --ova."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import testinfra.backend
from copies import Copy, running_copy
from machine import Machine

testinfra.backend.BACKENDS["podman"] = "machine.InsideBackend"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without a machine there is no behaviour to look at, and this host is not meant."""
    named = config.getoption("hosts", None) or config.getoption("--ova")
    return True if collection_path.name == "behaviour" and not named else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if any(name in item.name for name in left_out(config)):
            item.add_marker(pytest.mark.skip(reason="this machine was made without it"))


def left_out(config: pytest.Config) -> set[str]:
    """Return the kernels that the machine was made without; an appliance tells by its file's name."""
    ova = config.getoption("--ova")
    return {*config.getoption("--without"), *re.findall(r"-without-([a-z]+)", ova.name if ova else "")}


@pytest.fixture(scope="module")
def kernels(request: pytest.FixtureRequest, machine: Machine) -> set[str]:
    """The kernels that the machine must offer; PyTorch may have been out of its reach."""
    wanted = {"theano", "tensorflow", "pytorch"} - left_out(request.config)
    settings = tomllib.loads(machine.run(f"cat {machine.prefix}/etc/workshop.toml"))
    return wanted - ({"pytorch"} & set(settings["left_out"].split()))


@pytest.fixture(scope="session")
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The appliance, running; one for all tests, because a boot without virtualisation takes minutes."""
    ova = request.config.getoption("--ova")
    if not ova:
        pytest.skip("needs an appliance: --ova FILE")
    with running_copy(ova, tmp_path_factory.mktemp("copy")) as running:
        yield running


@pytest.fixture(scope="module")
def machine(host: Any, request: pytest.FixtureRequest) -> Machine:
    prefix = request.config.getoption("--prefix")
    if not request.config.getoption("--ova"):
        return Machine(host, prefix)
    running: Copy = request.getfixturevalue("copy")
    return Machine(running.host, prefix, running.slowness)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured on the machines of local mode, under whichever name that module was imported."""
    for name in ("bed", "machines.local.bed"):
        for line in getattr(sys.modules.get(name), "FIGURES", ()):
            terminalreporter.line(line)
