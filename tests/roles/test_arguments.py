"""A wrong argument fails within seconds, by name, before anything is changed."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
SECONDS = 5

pytestmark = pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")

SPECS = """
argument_specs:
  main:
    short_description: A small role.
    options:
      workshop_prefix: {type: path, required: true, description: Shared.}
      tiny_role_port: {type: int, description: A port.}
      tiny_role_mode: {type: str, choices: [fast, full], description: A mode.}
"""

SITE = """
- name: Play
  hosts: all
  gather_facts: false
  pre_tasks:
    - name: Check
      ansible.builtin.import_tasks: tasks/check-arguments.yml
  roles:
    - role: tiny-role
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout with the real check and one small role."""
    shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "ansible.cfg", tmp_path)
    write(tmp_path / "playbooks/site.yml", SITE)
    role = tmp_path / "roles/tiny-role"
    write(role / "meta/argument_specs.yml", SPECS)
    write(role / "defaults/main.yml", "tiny_role_port: 8080\ntiny_role_mode: fast\n__tiny_role_x: 1\n")
    write(role / "tasks/main.yml", "- name: Say\n  ansible.builtin.debug:\n    msg: role ran\n")
    return tmp_path


def play(house: Path, *arguments: str, inventory: str = "localhost,") -> tuple[int, str, float]:
    """Run site.yml; return its exit status, what it printed and its CPU seconds.

    On an idle machine it takes as long; on a busy one only these stay the same.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [str(ANSIBLE), "playbooks/site.yml", "-i", inventory, "-c", "local", *arguments],
        cwd=house,
        env={**os.environ, "ANSIBLE_CONFIG": str(house / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.returncode, done.stdout + done.stderr, seconds


def test_right_arguments_pass(house: Path) -> None:
    status, output, _ = play(house, "-e", "tiny_role_port=8090")
    assert status == 0, output
    assert "role ran" in output


def test_right_arguments_pass_in_check_mode(house: Path) -> None:
    status, output, _ = play(house, "--check")
    assert status == 0, output


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("tiny_role_port=many", "tiny_role_port"),
        ("tiny_role_mode=slow", "tiny_role_mode"),
        ("tiny_role_prot=8090", "tiny_role_prot (did you mean tiny_role_port?)"),
        ("workshop_prefx=/srv", "workshop_prefx (did you mean workshop_prefix?)"),
        ("tiny_role_zzzzzzzzzzzzzzz=1", "tiny_role_zzzzzzzzzzzzzzz"),
    ],
)
def test_a_wrong_argument_is_named_before_a_role_runs(house: Path, argument: str, said: str) -> None:
    status, output, seconds = play(house, "-e", argument)
    assert status == 2, output
    assert said in " ".join(output.split())
    assert "role ran" not in output
    assert seconds < SECONDS


def test_internal_and_foreign_variables_are_not_refused(house: Path) -> None:
    status, output, _ = play(house, "-e", "__tiny_role_y=1 other_role_port=1 tiny=1")
    assert status == 0, output


def test_a_missing_required_argument_is_named(house: Path) -> None:
    shared = house / "playbooks/group_vars/all.yml"
    shared.write_text(shared.read_text(encoding="utf-8").replace("workshop_prefix: /opt/workshop\n", ""))
    status, output, _ = play(house)
    assert status == 2, output
    assert "missing required arguments: workshop_prefix" in output


def test_every_real_role_passes_with_the_inventory_of_local_mode() -> None:
    """The real play's own check accepts what the repository sets itself."""
    status, output, seconds = play(ROOT, "--check", "--tags", "never-used", inventory="local")
    assert status == 0, output
    assert seconds < 2 * SECONDS


def test_a_typo_in_the_real_play_is_named() -> None:
    status, output, _ = play(ROOT, "-e", "jupyter_service_prot=1", "--check", inventory="local")
    assert status == 2, output
    assert "No role knows jupyter_service_prot" in output
    assert "changed=0" in output
