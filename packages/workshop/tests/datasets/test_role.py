"""The role, against a stand-in for the command that says what it was told."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[4]
PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: true
  gather_subset: [min]
  roles: [datasets]
"""


def play(prefix: Path, *arguments: str, **variables: Any) -> str:
    ansible = shutil.which("ansible-playbook") or str(Path(sys.executable).with_name("ansible-playbook"))
    if not Path(ansible).exists():
        pytest.skip("needs ansible-playbook")
    (prefix / "play.yml").write_text(PLAYBOOK)
    shared = {"workshop_prefix": str(prefix), "workshop_user": getpass.getuser(), **variables}
    # What several roles share, then what is another here.
    given = ["-e", f"@{REPOSITORY / 'roles/workshop/defaults/main.yml'}", "-e", json.dumps(shared)]
    command = [ansible, "-i", "localhost,", str(prefix / "play.yml"), *given, *arguments]
    environment = {
        **os.environ,
        "ANSIBLE_ROLES_PATH": str(REPOSITORY / "roles"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=prefix)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stand_in(prefix: Path, document: dict[str, Any]) -> Path:
    """Install a command that notes its arguments and answers with the document."""
    path = prefix / "venvs" / "jupyter" / "bin" / "workshop"
    path.parent.mkdir(parents=True)
    (prefix / "answer.json").write_text(json.dumps(document))
    path.write_text(f'#!/bin/sh\necho "$@" >> {prefix}/calls\necho progress >&2\ncat {prefix}/answer.json\n')
    path.chmod(0o755)
    return prefix / "calls"


def dataset(name: str, state: str, why: str = "") -> dict[str, Any]:
    return {"name": name, "state": state, "source": "", "seconds": 0.1, "why": why}


def test_a_bare_machine_in_check_mode(tmp_path: Path) -> None:
    assert "failed=0" in play(tmp_path, "--check")


def test_it_fetches_everything_and_names_what_cannot_be_had(tmp_path: Path) -> None:
    rows = [dataset("mnist", "fetched"), dataset("googlenet", "unavailable", "example.org cannot be found")]
    calls = stand_in(tmp_path, {"changed": True, "datasets": rows})
    out = play(tmp_path)
    assert "changed=1" in out
    assert "googlenet: unavailable: example.org cannot be found" in out
    assert calls.read_text() == "data fetch --allow-unavailable --json\n"


def test_a_second_run_changes_nothing_and_names_can_be_given(tmp_path: Path) -> None:
    calls = stand_in(tmp_path, {"changed": False, "datasets": [dataset("mnist", "present")]})
    out = play(tmp_path, datasets_names=["mnist", "photos"])
    assert "changed=0" in out
    assert "unavailable" not in out
    assert calls.read_text() == "data fetch --allow-unavailable --json mnist photos\n"
