"""What another account of the machine tries: twenty-one ways to what is the workshop's, and each is refused.

The account whose workshop it is makes them as well, so that tries which never get anything are noticed.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import testinfra
from machine import HERE, Machine

SCRIPT = (HERE / "another_account.py").read_text(encoding="utf-8")
OWNS = {"the token", "locks", "notebooks", "logs of TensorBoard", "pages of TensorBoard"}
"""What the workshop's own account, or root, gets on every machine."""


def command(machine: Machine) -> str:
    settings = machine.settings
    ports = [str(machine.port(f"workshop-{name}")) for name in ("jupyter", "tensorboard", "web")]
    return shlex.join(["python3", "-c", SCRIPT, machine.prefix, settings["notebooks"], *ports])


@pytest.fixture(scope="module")
def own(machine: Machine) -> dict[str, str]:
    """What the workshop's own account gets, or root, whichever the machine is asked as."""
    for service in ("workshop-jupyter", "workshop-tensorboard", "workshop-web"):
        machine.wait_until_answers(service, 60)
    got: dict[str, str] = json.loads(machine.run(command(machine)))
    return got


@pytest.fixture(scope="module")
def open_home(machine: Machine) -> Iterator[None]:
    """A home that everybody may look into, as on many a machine; it must not be what keeps others away."""
    mode = machine.run("stat -c %a ~").strip()
    machine.run("chmod 755 ~")
    yield
    machine.run(f"chmod {mode} ~")


@pytest.fixture(scope="module")
def others(machine: Machine, own: dict[str, str], open_home: None) -> dict[str, str]:
    """What another account gets."""
    if machine.run("id -u").strip() == "0":
        done = machine.host.run(f"runuser -u nobody -- {command(machine)}")
    elif machine.host.backend.get_connection_type() == "podman":
        nobody: Any = testinfra.get_host(f"podman://nobody@{machine.host.backend.name}")
        done = nobody.run(command(machine))
    else:
        pytest.skip("nobody here may act as another account")
    assert done.rc == 0, done.stderr
    got: dict[str, str] = json.loads(done.stdout)
    return got


def test_everything_is_refused(machine: Machine, others: dict[str, str]) -> None:
    assert len(others) > 15
    tries = {name: got for name, got in others.items() if name != "arguments"}
    assert {name: got for name, got in tries.items() if got} == {}


def test_no_command_line_holds_the_token(
    machine: Machine, own: dict[str, str], others: dict[str, str]
) -> None:
    assert own["arguments"]
    assert machine.token not in own["arguments"] + others["arguments"]


def test_the_workshops_own_account_gets_what_the_tries_are_for(own: dict[str, str]) -> None:
    assert {name for name, got in own.items() if got} >= OWNS
