"""A wrong argument fails within seconds, by name, before anything is changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from waiting import patience

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"

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


MACHINES: dict[str, dict[str, object]] = {
    # Right, internal, foreign, and of an earlier play.
    "right": {
        "tiny_role_port": 8090,
        **{"__tiny_role_y": 1, "other_role_port": 1, "tiny": 1},
        "workshop_service_manager_used": "systemd",
    },
    "wrong": {"tiny_role_port": "many", "tiny_role_mode": "slow"},
    "typos": {"tiny_role_prot": 8090, "workshop_prefx": "/srv", "tiny_role_zzzzzzzzzzzzzzz": 1},
    "missing": {"workshop_prefix": None},
}
"""Each has variables of its own, so that one play says what is made of them all."""


@dataclass(frozen=True)
class Played:
    """What a play said of each machine."""

    status: int
    output: str

    def of(self, machine: str) -> str:
        """Return the failure of one machine, in one line; empty when there was none."""
        found = re.search(rf"^(?:fatal|failed): \[{machine}\].*\n((?: .*\n)*)", self.output, re.M)
        return " ".join(found[1].split()) if found else ""

    def counts(self, machine: str) -> dict[str, int]:
        """Return what the recap counts of one machine."""
        line = re.findall(rf"^{machine} +: (.*)$", self.output, re.M)[-1]
        return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line)}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A play of a checkout with the real check and one small role, on many machines."""
    house = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "playbooks", house / "playbooks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "ansible.cfg", house)
    shared = (ROOT / "roles/workshop/defaults/main.yml").read_text(encoding="utf-8")
    write(house / "roles/workshop/defaults/main.yml", shared.replace("workshop_prefix: /opt/workshop\n", ""))
    for file in (
        "roles/workshop/tasks/private.yml",
        "roles/workshop/vars/main.yml",
        "roles/jupyter-service/tasks/guessable.yml",
        "roles/courses/tasks/entries.yml",
    ):
        write(house / file, (ROOT / file).read_text(encoding="utf-8"))
    hosts = {
        name: {key: value for key, value in ({"workshop_prefix": "/opt"} | own).items() if value is not None}
        for name, own in MACHINES.items()
    }
    write(house / "machines.json", json.dumps({"all": {"hosts": hosts}}))
    write(house / "playbooks/site.yml", SITE)
    role = house / "roles/tiny-role"
    write(role / "meta/argument_specs.yml", SPECS)
    write(role / "meta/main.yml", "dependencies:\n  - role: workshop\n")
    write(role / "defaults/main.yml", "tiny_role_port: 8080\ntiny_role_mode: fast\n__tiny_role_x: 1\n")
    write(role / "tasks/main.yml", "- name: Say\n  ansible.builtin.debug:\n    msg: role ran\n")
    status, output = play(house, inventory="machines.json")
    return Played(status, output)


def play(house: Path, *arguments: str, inventory: str) -> tuple[int, str]:
    """Run site.yml; return its exit status and what it printed."""
    done = subprocess.run(
        [str(ANSIBLE), "playbooks/site.yml", "-i", inventory, "-c", "local", *arguments],
        cwd=house,
        env={**os.environ, "ANSIBLE_CONFIG": str(house / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        timeout=patience(300),
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_right_internal_foreign_and_earlier_variables_pass(played: Played) -> None:
    assert played.counts("right")["failed"] == 0, played.output
    assert "ok: [right] =>" in played.output.partition("TASK [tiny-role : Say]")[2]


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ("wrong", "tiny_role_port"),
        ("wrong", "tiny_role_mode"),
        ("typos", "tiny_role_prot (did you mean tiny_role_port?)"),
        ("typos", "workshop_prefx (did you mean workshop_prefix?)"),
        ("typos", "tiny_role_zzzzzzzzzzzzzzz"),
        ("missing", "missing required arguments: workshop_prefix"),
    ],
)
def test_a_wrong_argument_is_named_before_a_role_runs(played: Played, machine: str, said: str) -> None:
    assert played.status == 2
    assert said in played.of(machine), played.output
    assert played.counts(machine)["failed"] == 1
    assert f"[{machine}]" not in played.output.partition("TASK [tiny-role : Say]")[2]


def test_a_typo_in_the_real_play_is_named() -> None:
    status, output = play(ROOT, "-e", "jupyter_service_prot=1", "--check", inventory="local")
    assert status == 2, output
    assert "No role knows jupyter_service_prot" in output
    assert "changed=0" in output
