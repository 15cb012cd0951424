"""The role, against a stand-in for the command that says what it was told."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[4]
PLAYBOOK = """
- hosts: all
  connection: local
  gather_facts: true
  gather_subset: [min]
  roles: [datasets]
"""
MACHINES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "first": (
        {},
        {
            "changed": True,
            "datasets": [
                {"name": "mnist", "state": "fetched", "source": "", "seconds": 0.1, "why": ""},
                {
                    "name": "googlenet",
                    "state": "unavailable",
                    "source": "",
                    "seconds": 0.1,
                    "why": "example.org cannot be found",
                },
            ],
        },
    ),
    "second": (
        {"datasets_names": ["mnist", "photos"]},
        {
            "changed": False,
            "datasets": [{"name": "mnist", "state": "present", "source": "", "seconds": 0.1, "why": ""}],
        },
    ),
}
"""The variables of each machine, and what the command answers there."""


def play(folder: Path, machines: dict[str, dict[str, Any]], *arguments: str) -> str:
    ansible = shutil.which("ansible-playbook") or str(Path(sys.executable).with_name("ansible-playbook"))
    if not Path(ansible).exists():
        pytest.skip("needs ansible-playbook")
    (folder / "play.yml").write_text(PLAYBOOK)
    hosts = {
        name: {"workshop_prefix": str(folder / name), "workshop_user": getpass.getuser(), **variables}
        for name, variables in machines.items()
    }
    (folder / "machines.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    # What several roles share, then what is another here.
    given = ["-e", f"@{folder / 'shared.json'}"]
    shared = yaml.safe_load((REPOSITORY / "roles/workshop/defaults/main.yml").read_text())
    own = {"workshop_prefix", "workshop_user"}
    (folder / "shared.json").write_text(
        json.dumps({name: value for name, value in shared.items() if name not in own})
    )
    command = [ansible, "-i", str(folder / "machines.json"), str(folder / "play.yml"), *given, *arguments]
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"),
        "ANSIBLE_ROLES_PATH": str(REPOSITORY / "roles"),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stand_in(prefix: Path, document: dict[str, Any]) -> None:
    """Install a command that notes its arguments and answers with the document."""
    path = prefix / "venvs" / "jupyter" / "bin" / "workshop"
    path.parent.mkdir(parents=True)
    (prefix / "answer.json").write_text(json.dumps(document))
    path.write_text(f'#!/bin/sh\necho "$@" >> {prefix}/calls\necho progress >&2\ncat {prefix}/answer.json\n')
    path.chmod(0o755)


def test_everything_is_fetched_a_second_run_changes_nothing_and_names_can_be_given(tmp_path: Path) -> None:
    """Two machines in one play: to start Ansible takes longer than what it does."""
    for name, (_, document) in MACHINES.items():
        stand_in(tmp_path / name, document)
    out = play(tmp_path, {name: variables for name, (variables, _) in MACHINES.items()})
    changed = dict(re.findall(r"^(\w+) +: .*\bchanged=(\d+)", out, re.M))
    assert changed == {"first": "1", "second": "0"}
    # Of the one machine alone something is said that cannot be had.
    assert out.count("unavailable: ") == out.count("googlenet: unavailable: example.org cannot be found") == 1
    calls = {name: (tmp_path / name / "calls").read_text() for name in MACHINES}
    fetch = "data fetch --allow-unavailable --json"
    assert calls == {"first": f"{fetch}\n", "second": f"{fetch} mnist photos\n"}
