"""What a machine must tell nobody is in no log, no world-readable file and on no command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
import testinfra
from canaries import GENERATED, found
from machine import Machine
from machines.secrecy import LOGS, READABLE, search_command, seen


@pytest.fixture(scope="module")
def secrets(machine: Machine) -> dict[str, str]:
    """Each secret of this machine by its name; that of its organiser is the token."""
    files = [machine.host.file(f"{machine.prefix}/{name}") for name in GENERATED]
    kept = {file.path: file.content_string.strip() for file in files if file.exists}
    given = json.loads(machine.run(f"cat {machine.prefix}/etc/pull-variables.json"))
    kept |= {
        f"notebook_sync_variables.{name}": value for name, value in given.items() if name.endswith("_token")
    }
    assert machine.token in kept.values()
    return kept


def test_an_account_without_rights_finds_no_secret(machine: Machine, secrets: dict[str, str]) -> None:
    command = search_command(secrets)
    if machine.run("id -u").strip() == "0":
        printed = machine.run(f"setpriv --reuid=nobody --regid=65534 --clear-groups -- {command}")
    elif machine.host.backend.get_connection_type() == "podman":
        nobody: Any = testinfra.get_host(f"podman://nobody@{machine.host.backend.name}")
        printed = nobody.check_output(command)
    else:
        pytest.skip("nobody here may act as another account")
    assert seen(secrets, printed) == {}


def test_no_log_holds_a_secret(machine: Machine, secrets: dict[str, str]) -> None:
    """Neither the system's, as far as the account of the test may read them, nor the services' own."""
    logs = machine.host.run(
        f"{LOGS}; find {machine.prefix} -name '*.log*' -exec cat {{}} + | {READABLE}"
    ).stdout
    assert len(logs) > 1000
    assert found(secrets, logs) == []
