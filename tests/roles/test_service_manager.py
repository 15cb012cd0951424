"""Which service manager set-up takes: systemd only where it runs, whatever is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: managed-service
        tasks_from: manager
    - ansible.builtin.copy:
        content: "{{ workshop_service_manager_used }}"
        dest: "{{ playbook_dir }}/taken"
        mode: "0600"
"""


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
@pytest.mark.parametrize(
    ("account", "named", "answers", "taken"),
    [
        ("root", "systemd", True, "systemd"),
        ("learner", "systemd", True, "systemd-user"),
        # A container, or WSL, in which systemd is installed and the first process is another.
        ("root", "systemd", False, "supervisor"),
        ("learner", "systemd", False, "supervisor"),
        ("root", "sysvinit", True, "supervisor"),
    ],
)
def test_systemd_is_taken_only_where_it_answers(
    tmp_path: Path, account: str, named: str, answers: bool, taken: str
) -> None:
    (tmp_path / "play.yml").write_text(PLAY)
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f"#!/bin/sh\nexit {0 if answers else 1}\n")
    systemctl.chmod(0o755)
    facts = {"service_mgr": named, "user_id": account, "user_uid": 1000, "user_dir": str(tmp_path), "env": {}}
    variables = {
        "ansible_facts": facts,
        "ansible_python_interpreter": sys.executable,
        "workshop_service_manager": "auto",
    }
    subprocess.run(
        [ANSIBLE, tmp_path / "play.yml", "-i", "localhost,", "-c", "local", "-e", json.dumps(variables)],
        cwd=ROOT,
        env=os.environ
        | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ANSIBLE_ROLES_PATH": str(ROOT / "roles")},
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "taken").read_text() == taken
