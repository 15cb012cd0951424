"""Debian's predecessor as a source of Python: from the machine's own mirror, with its security updates."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_module import ROOT

pytest.importorskip("ansible")
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

VARIABLES = yaml.safe_load((ROOT / "roles/python-venv/vars/main.yml").read_text())
DEBIAN = yaml.safe_load((ROOT / "roles/python-venv/vars/Debian.yml").read_text())


def suites(*lines: str) -> Any:
    """Return which suites would be added, by what apt says of its sources."""
    variables = {
        name: trust_as_template(value) if isinstance(value, str) else value
        for name, value in VARIABLES.items()
    }
    variables |= DEBIAN | {
        "__python_venv_mirrors": {"stdout_lines": list(lines)},
        "ansible_facts": {"distribution_release": "trixie"},
    }
    found = Templar(loader=DataLoader(), variables=variables).template(variables["__python_venv_suites"])
    return [tuple(pair) for pair in found]


def test_the_mirror_is_the_machines_own() -> None:
    assert suites("trixie-updates http://a/debian", "trixie http://b/debian", "trixie http://c/debian") == [
        ("http://b/debian", "bookworm")
    ]


def test_security_updates_come_along() -> None:
    assert suites(
        "trixie http://b/debian", "trixie-security http://s/sec", "trixie-security http://s/sec"
    ) == [
        ("http://b/debian", "bookworm"),
        ("http://s/sec", "bookworm-security"),
    ]


def test_sources_that_apt_cannot_name_fail_nothing() -> None:
    assert suites("$(CODENAME) file:/srv/local") == []
    assert suites("$(CODENAME) http://a/debian") == [("http://a/debian", "bookworm")]


def test_each_suite_has_a_stanza_of_its_own() -> None:
    """In one stanza for both, the second's address and suite would stand for the first's as well."""
    tasks = yaml.safe_load((ROOT / "roles/python-venv/tasks/predecessor.yml").read_text())[0]["block"]
    (content,) = [
        task["ansible.builtin.copy"]["content"] for task in tasks if "Add the predecessor" in task["name"]
    ]
    found = [("http://b/debian", "bookworm"), ("http://s/sec", "bookworm-security")]
    variables = {"__python_venv_suites": found}
    written = Templar(loader=DataLoader(), variables=variables).template(trust_as_template(content))
    stanzas = [
        dict(line.split(": ", 1) for line in stanza.splitlines() if not line.startswith("#"))
        for stanza in str(written).strip().split("\n\n")
    ]
    assert [(stanza["URIs"], stanza["Suites"]) for stanza in stanzas] == found
    assert {stanza["Types"] for stanza in stanzas} == {"deb"}
