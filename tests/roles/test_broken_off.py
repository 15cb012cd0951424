"""Packages are installed though an installation was broken off, or another one takes the lock meanwhile.

What a power cut or a killed build broke off is finished by the next set-up; a package manager that comes
between set-up's look at the locks and its turn is waited for.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_module import ROOT

ROLE = ROOT / "roles/base-fedora"
MODULE = """#!/bin/sh
# WANT_JSON
echo tried >>"$TRIES"
if [ "$(wc -l <"$TRIES")" -gt "$WORKS_FROM" ]; then echo '{"changed": true}'; exit; fi
echo "{\\"failed\\": true, \\"msg\\": \\"$WORDS\\"}"
"""
PLAY = """
- hosts: all
  connection: local
  gather_facts: false
  vars_files: [vars.yml]
  vars: {base_fedora_install: [nano], workshop_become: false, __base_fedora_package_arguments: {}}
  environment:
    TRIES: "{{ folder }}/{{ inventory_hostname }}"
    WORDS: "{{ words }}"
    WORKS_FROM: "{{ works_from }}"
  tasks: [{ansible.builtin.include_tasks: install.yml}]
"""
INTERRUPTED = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."
BROKEN = "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution)."
LOCKED = {
    "python3-apt": "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 8299 (apt-get)",
    "frontend": "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is it used?",
    "lists": "Failed to lock apt for exclusive operation: Failed to lock directory /var/lib/apt/lists/",
    "dnf": "lockfile is held by another process",
    "dnf5": "Failed to obtain rpm transaction lock. Another transaction is in progress.",
}
"""What each module says where another package manager came first; the first one waits for nobody."""
HUNG = ("Failed to lock apt for exclusive operation", 99)
NOT_LOCKED = {
    "other": "E: Unable to fetch some archives",
    "clock": "E: Release file is not valid yet; set the clock of this machine",
    "not-root": "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)",
    "full": "Failed to lock apt for exclusive operation: E:Could not open lock file /var/lib/apt/lists/lock "
    "- open (28: No space left on device)",
    "blocked": "E: the mirror has blocked this address",
}


MACHINES = {
    "interrupted": (INTERRUPTED, 1),
    "broken": (BROKEN, 1),
    "not-to-be-finished": (INTERRUPTED, 2),
    **{machine: (words, 2) for machine, words in LOCKED.items()},
    "hung": HUNG,
    **{machine: (words, 1) for machine, words in NOT_LOCKED.items()},
}
"""What the package manager of each machine says, and how many tries fail."""


@dataclass(frozen=True)
class Installed:
    """What became of them."""

    folder: Path
    output: str

    def failed(self, machine: str) -> bool:
        """Tell whether a machine's play ended there."""
        line = "".join(re.findall(rf"^{machine} +: (.*)$", self.output, re.M))
        assert line, self.output
        return "failed=1 " in line

    def tries(self, machine: str) -> int:
        return (self.folder / machine).read_text().count("tried")

    def said(self, machine: str) -> list[str]:
        """Return the commands that were to finish what was broken off."""
        file = self.folder / f"{machine}.said"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Run the role's own tasks that ask for packages, on all machines: to start Ansible takes longest."""
    folder = tmp_path_factory.mktemp("broken-off")
    tasks = (ROLE / "tasks/install.yml").read_text()
    tasks = tasks[tasks.index("- name: Install the packages\n") :]
    assert "delay: 10" in tasks
    tasks = tasks.replace("ansible.builtin.package:", "stand_in:").replace("delay: 10", "delay: 0")
    (folder / "install.yml").write_text(tasks)
    variables = (ROLE / "vars/main.yml").read_text()
    (folder / "vars.yml").write_text(variables[variables.index("# Seconds for which another") :])
    (folder / "play.yml").write_text(PLAY)
    (folder / "ansible.cfg").touch()
    hosts = {name: {"words": words, "works_from": tries} for name, (words, tries) in MACHINES.items()}
    (folder / "machines.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    for name, text in {
        "library/stand_in": MODULE,
        "bin/dpkg": '#!/bin/sh\necho "dpkg $*" >>"$TRIES.said"\nexit 1\n',
        "bin/apt-get": '#!/bin/sh\necho "apt-get $*" >>"$TRIES.said"\n',
        "files/finish-packages.bash": (ROLE / "files/finish-packages.bash").read_text(),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "machines.json", "play.yml"]
    command += ["-e", json.dumps({"folder": str(folder), "__base_fedora_patience": 40})]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    return Installed(folder, done.stdout + done.stderr)


@pytest.mark.parametrize("machine", ["interrupted", "broken"])
def test_it_is_finished_and_then_the_packages_are_installed(installed: Installed, machine: str) -> None:
    assert not installed.failed(machine), installed.output
    assert installed.tries(machine) == 2
    configured, fixed = installed.said(machine)
    assert configured.endswith("--configure --pending")
    assert "--fix-broken" in fixed
    assert "--no-remove" in fixed


def test_what_cannot_be_finished_fails(installed: Installed) -> None:
    assert installed.failed("not-to-be-finished"), installed.output
    assert installed.tries("not-to-be-finished") == 2


@pytest.mark.parametrize("machine", LOCKED)
def test_one_that_came_first_is_waited_for(installed: Installed, machine: str) -> None:
    assert not installed.failed(machine), installed.output
    assert installed.tries(machine) == 3
    assert installed.said(machine) == []


def test_patience_with_one_that_hangs_ends(installed: Installed) -> None:
    assert installed.failed("hung"), installed.output
    assert HUNG[0] in installed.output
    assert installed.tries("hung") == 1 + 40 // 10


@pytest.mark.parametrize("machine", NOT_LOCKED)
def test_any_other_failure_is_none_of_that(installed: Installed, machine: str) -> None:
    assert installed.failed(machine), installed.output
    assert NOT_LOCKED[machine][:20] in installed.output
    assert installed.said(machine) == []
    assert installed.tries(machine) == 1
