"""One policy of accounts: root where it must be, the participant for what is the participant's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
INSTALL = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.setup: {gather_subset: [min]}
    - ansible.builtin.include_role: {name: base-fedora, tasks_from: install}
      vars: {base_fedora_install: [g++, git]}
"""
AS_PARTICIPANT = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.setup: {gather_subset: [min]}
    - ansible.builtin.command:
        argv: "{{ workshop_as_participant + ['sh', '-c', 'id -un; env; echo end'] }}"
      register: said
    - ansible.builtin.copy: {content: "{{ said.stdout }}", dest: "{{ answer }}"}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
]


def play(text: str, folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook of this repository on this machine."""
    playbook = folder / "play.yml"
    playbook.write_text(text)
    command: list[str | Path] = [ANSIBLE, playbook, "-i", "localhost,", "-c", "local"]
    for part in ("defaults", "vars"):
        command += ["-e", f"@{ROOT / 'roles/workshop' / part / 'main.yml'}"]
    command += ["-e", f"workshop_checkout={ROOT}", *words]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def without_root(folder: Path, complaint: str) -> str:
    """Return a PATH on which sudo says what it says to whoever may not use it."""
    (folder / "sudo").write_text(f"#!/bin/sh\necho '{complaint}' >&2\nexit 1\n")
    (folder / "sudo").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize(
    "complaint",
    [
        "sudo: a password is required",
        pytest.param("/bin/sh: 1: sudo: not found", marks=pytest.mark.slow),
    ],
)
def test_who_cannot_become_root_gets_a_line_for_an_administrator(tmp_path: Path, complaint: str) -> None:
    done = play(
        INSTALL,
        tmp_path,
        "-e",
        json.dumps({"workshop_become": True, "ansible_become_user": "nobody"}),
        PATH=without_root(tmp_path, complaint),
    )
    assert done.returncode != 0
    line = done.stdout.strip().splitlines()[-1]
    assert complaint in line, done.stdout
    assert "have an administrator run, as root: apt-get install --yes --no-install-recommends g++ git" in line


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_works_as_the_participant_without_sudo_and_without_its_secrets(tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    done = play(
        AS_PARTICIPANT,
        tmp_path,
        *("-e", f"workshop_user=games answer={answer}"),
        ROOTS_SECRET="s3cret",
        https_proxy="http://proxy:3128",
    )
    assert done.returncode == 0, done.stdout
    said = answer.read_text().splitlines()
    assert said[0] == "games"
    assert {"HOME=/usr/games", "USER=games", "https_proxy=http://proxy:3128"} <= set(said)
    assert "s3cret" not in answer.read_text()


def tasks(node: Any) -> list[dict[str, Any]]:
    """Every task of a file of tasks, within blocks too."""
    found = []
    for task in node or []:
        found.append(task)
        for key in ("block", "rescue", "always"):
            found += tasks(task.get(key))
    return found


def test_no_task_has_a_policy_of_its_own() -> None:
    files = [*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/handlers/*.yml")]
    policies = {
        task["become"]
        for file in files
        for task in tasks(yaml.safe_load(file.read_text()))
        if "become" in task
    }
    assert policies == {False, "{{ workshop_become }}"}
    assert not [file for file in files if "become_user" in file.read_text()]


def test_the_line_for_an_administrator_is_the_same_in_set_up_and_in_the_role() -> None:
    script = (ROOT / "inventories/local/packages.bash").read_text()
    for name in ("Debian", "Fedora", "RedHat", "RedHat-9"):
        variables = yaml.safe_load((ROOT / f"roles/base-fedora/vars/{name}.yml").read_text())
        assert re.search(rf"echo {re.escape(variables['__base_fedora_install_command'])} ;;", script)
