"""Which machines the workshop runs on, and what the roles take for each of them, by its facts."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"

pytestmark = pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")

# Host: distribution, its version, the family, as Ansible's facts have them.
KNOWN = {
    "debian12": ("Debian", "12.11", "Debian"),
    "debian13": ("Debian", "13.1", "Debian"),
    "ubuntu24": ("Ubuntu", "24.04", "Debian"),
    "ubuntu26": ("Ubuntu", "26.04", "Debian"),
    "rhel9": ("RedHat", "9.6", "RedHat"),
    "rhel10": ("RedHat", "10.0", "RedHat"),
    "alma9": ("AlmaLinux", "9.6", "RedHat"),
    "alma10": ("AlmaLinux", "10.0", "RedHat"),
    "fedora42": ("Fedora", "42", "RedHat"),
    "fedora44": ("Fedora", "44", "RedHat"),
}
OTHERS = {
    "debian11": ("Debian", "11.9", "Debian"),
    "ubuntu22": ("Ubuntu", "22.04", "Debian"),
    "ubuntu2410": ("Ubuntu", "24.10", "Debian"),
    "rhel8": ("RedHat", "8.10", "RedHat"),
    "fedora41": ("Fedora", "41", "RedHat"),
    "slackware": ("Slackware", "15.0", "Slackware"),
}
# Runs within Ansible: a module would be a Python of its own for each machine.
FACTS = """\
import json
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        with open({file!r}) as facts:
            return {{"changed": False, "ansible_facts": json.load(facts)[self._task.args["host"]]}}
"""
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Be another machine
      made_up_facts: {host: "{{ inventory_hostname }}"}
    - name: Choose
      block:
        - ansible.builtin.include_role: {name: base-fedora, tasks_from: distribution, public: true}
        - ansible.builtin.include_vars: "{{ roles }}/python-venv/vars/main.yml"
        - ansible.builtin.include_vars: "{{ workshop_distribution_vars }}"
          vars: {role_path: "{{ roles }}/python-venv"}
        - ansible.builtin.include_vars: "{{ workshop_distribution_vars }}"
          vars: {role_path: "{{ roles }}/notebook-sync"}
        - ansible.builtin.set_fact:
            answer:
              packages: "{{ __base_fedora_packages }}"
              machine: "{{ __base_fedora_machine_packages }}"
              line: "{{ __base_fedora_enable_repository ~ __base_fedora_install_command }}"
              sshd: "{{ __base_fedora_sshd }}"
              firewall: "{{ __base_fedora_firewall }}"
              killer: "{{ __base_fedora_memory_killer | bool }}"
              python: "{{ __python_venv_packages }}"
              suite: "{{ __python_venv_suite }}"
              packaged: "{{ __python_venv_is_packaged | bool }}"
              verifiers: "{{ __notebook_sync_verifiers }}"
          vars: {base_fedora_install: "{{ __base_fedora_packages }}"}
      rescue:
        - ansible.builtin.set_fact: {answer: "{{ ansible_failed_result.msg }}"}
    - ansible.builtin.copy:
        content: "{{ dict(hosts | zip(hosts | map('extract', hostvars, 'answer'))) | to_json }}"
        dest: "{{ folder }}/answers.json"
      vars: {hosts: "{{ ansible_play_hosts }}"}
      run_once: true
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each machine chose, or the complaint; one run of Ansible for all of them."""
    folder = tmp_path_factory.mktemp("distributions")
    facts = {
        host: {
            "distribution": name,
            "distribution_version": version,
            "distribution_major_version": version.partition(".")[0],
            "os_family": family,
            "architecture": "x86_64",
            # Roles that miss one of these look at the machine themselves, which is not this one.
            "env": {},
            "python": {},
            "service_mgr": "systemd",
            "user_id": "root",
        }
        for host, (name, version, family) in (KNOWN | OTHERS).items()
    }
    (folder / "facts.json").write_text(json.dumps(facts))
    plugin = folder / "action_plugins/made_up_facts.py"
    plugin.parent.mkdir()
    plugin.write_text(FACTS.format(file=str(folder / "facts.json")))
    (folder / "play.yml").write_text(PLAY)
    command: list[str | Path] = [ANSIBLE, folder / "play.yml", "-i", ",".join(facts) + ",", "-c", "local"]
    command += ["-e", f"@{ROOT / 'roles/workshop/vars/main.yml'}"]
    command += ["-e", json.dumps({"folder": str(folder), "roles": str(ROOT / "roles")})]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_ROLES_PATH": str(ROOT / "roles"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers: dict[str, Any] = json.loads((folder / "answers.json").read_text())
    return answers


NAMED = yaml.safe_load((ROOT / "roles/base-fedora/vars/main.yml").read_text())["__base_fedora_machines_named"]


@pytest.mark.parametrize("host", OTHERS)
def test_others_are_refused_with_what_is_supported(answers: dict[str, Any], host: str) -> None:
    name, version, _ = OTHERS[host]
    assert answers[host] == f"{name} {version} is not supported: the workshop runs on {NAMED}"


@pytest.mark.parametrize("host", KNOWN)
def test_the_memory_killer_is_configured_where_it_is_installed(answers: dict[str, Any], host: str) -> None:
    assert answers[host]["killer"] is ("earlyoom" in answers[host]["machine"])


def test_modules_run_on_the_python_of_enterprise_linux_9() -> None:
    """It is 3.9, until the base role has brought a newer one; Ansible may have chosen it by then."""
    files = [
        *ROOT.glob("library/*.py"),
        *ROOT.glob("module_utils/*.py"),
        *ROOT.glob("roles/*/library/*.py"),
        ROOT / "tools/find-python.py",
    ]
    for file in files:
        tree = ast.parse(file.read_text(), str(file), feature_version=(3, 9))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        named = {(getattr(call.func, "id", ""), word.arg) for call in calls for word in call.keywords}
        assert ("zip", "strict") not in named, file
        assert not any(isinstance(node, ast.Match) for node in ast.walk(tree)), file
