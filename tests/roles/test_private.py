"""Services listen where nobody else can call them: nothing that they say is encrypted."""

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
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: workshop, tasks_from: private}
"""
REFUSED = {
    "everywhere": {"workshop_bind_address": "0.0.0.0"},
    "nowhere-named": {"workshop_bind_address": ""},
    "every-ip-six": {"workshop_bind_address": "::"},
    "a-lab": {"workshop_bind_address": "192.168.7.12"},
    "looks-like-loopback": {"workshop_bind_address": "127.0.0.1.example.org"},
    "not-forwarded": {"workshop_bind_address": "0.0.0.0", "workshop_forwarded": "no"},
}
ALLOWED = {
    "default": {},
    "loopback": {"workshop_bind_address": "127.0.0.7"},
    "by-name": {"workshop_bind_address": "localhost"},
    "loopback-six": {"workshop_bind_address": "::1"},
    "forwarded": {"workshop_bind_address": "0.0.0.0", "workshop_forwarded": "yes"},
}


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_a_network_is_served_by_nothing_that_is_not_encrypted(tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(PLAY)
    hosts = {name: {"ansible_connection": "local", **given} for name, given in (REFUSED | ALLOWED).items()}
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    done = subprocess.run(
        [ANSIBLE, tmp_path / "play.yml", "-i", tmp_path / "hosts.json"],
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    for name in REFUSED:
        assert f"fatal: [{name}]" in done.stdout, done.stdout
    assert "workshop_bind_address is 192.168.7.12" in done.stdout
    assert "say workshop_forwarded: true" in done.stdout
    for name in ALLOWED:
        assert f"fatal: [{name}]" not in done.stdout, done.stdout


@pytest.mark.parametrize("inventory", ["vagrant", "appliance"])
def test_inventories_of_virtual_machines_say_that_they_are_forwarded(inventory: str) -> None:
    said = "".join(path.read_text() for path in (ROOT / "inventories" / inventory / "group_vars").iterdir())
    assert "workshop_bind_address: 0.0.0.0\nworkshop_forwarded: true\n" in said


def test_every_service_is_looked_at_before_it_is_set_up() -> None:
    tasks = (ROOT / "roles/managed-service/tasks/main.yml").read_text()
    assert 0 < tasks.index("workshop/tasks/private.yml") < tasks.index("Describe the service")
