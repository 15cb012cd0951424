"""An installation that was broken off, by a power cut or a killed build, is finished by the next set-up."""

from __future__ import annotations

import os
import subprocess
import sys
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
- hosts: localhost
  connection: local
  gather_facts: false
  vars_files: [vars.yml]
  vars: {base_fedora_install: [nano], __workshop_become: false, __base_fedora_package_arguments: {}}
  tasks: [{ansible.builtin.include_tasks: install.yml}]
"""
INTERRUPTED = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."
BROKEN = "E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution)."


def install(folder: Path, words: str, works_from: int = 1) -> subprocess.CompletedProcess[str]:
    """Run the role's own tasks that ask for packages, of a package manager that says ``words``."""
    tasks = (ROLE / "tasks/install.yml").read_text()
    tasks = tasks[tasks.index("- name: Install the packages\n") :]
    (folder / "install.yml").write_text(tasks.replace("ansible.builtin.package:", "stand_in:"))
    variables = (ROLE / "vars/main.yml").read_text()
    (folder / "vars.yml").write_text(variables[variables.index("# Seconds for which another") :])
    (folder / "play.yml").write_text(PLAY)
    (folder / "ansible.cfg").touch()
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
        "TRIES": str(folder / "tries"),
        "WORDS": words,
        "WORKS_FROM": str(works_from),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "play.yml"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("words", [INTERRUPTED, pytest.param(BROKEN, marks=pytest.mark.full)])
def test_it_is_finished_and_then_the_packages_are_installed(tmp_path: Path, words: str) -> None:
    done = install(tmp_path, words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "tries").read_text().count("tried") == 2
    configured, fixed = (tmp_path / "tries.said").read_text().splitlines()
    assert configured.endswith("--configure --pending")
    assert "--fix-broken" in fixed
    assert "--no-remove" in fixed


def test_what_cannot_be_finished_fails(tmp_path: Path) -> None:
    assert install(tmp_path, INTERRUPTED, works_from=2).returncode
    assert (tmp_path / "tries").read_text().count("tried") == 2


def test_any_other_failure_is_none_of_that(tmp_path: Path) -> None:
    done = install(tmp_path, "E: Unable to fetch some archives")
    assert done.returncode
    assert "Unable to fetch" in done.stdout
    assert not (tmp_path / "tries.said").exists()
    assert (tmp_path / "tries").read_text().count("tried") == 1
