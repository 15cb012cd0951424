"""Canaries in what an organiser gives set-up that is secret: nothing that it does on a machine shows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from canaries import GIVEN, canary, found
from machines.seats.conftest import PREFIX, Seats
from machines.secrecy import leaks, watched

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("seats")]

PLAY = """
- name: Place what is secret
  hosts: all
  gather_facts: true
  tasks:
    - name: Look at the machine
      ansible.builtin.include_role: {name: notebook-sync, tasks_from: look}
    - name: Write down how the machine is set up
      ansible.builtin.include_role: {name: notebook-sync, tasks_from: record}
    - name: Use the class's token
      ansible.builtin.include_role: {name: jupyter-service, tasks_from: token}
    - name: Give the client of certificate authorities its key
      ansible.builtin.include_role: {name: hub-service, tasks_from: units}
"""
PLACED = {
    "notebook_sync_variables": f"{PREFIX}/etc/pull-variables.json",
    "jupyter_service_token": f"{PREFIX}/etc/token",
    "hub_service_acme_environment": f"{PREFIX}/hub/acme.env",
}
"""Where each of them belongs."""


def test_a_secret_is_in_its_file_alone(seats: Seats, tmp_path: Path) -> None:
    book, bed = tmp_path / "secrets.yml", seats.bed
    book.write_text(PLAY, encoding="utf-8")
    given = {name: GIVEN[name] for name in PLACED}
    # What set-up was given once it knows, and reads again.
    bed.root(f"touch {PREFIX}/etc/updates.toml && install -D /bin/true {PREFIX}/venvs/jupyter/bin/workshop")
    with watched(bed.name) as lines:
        for _ in range(2):
            done = bed.play(book, "--diff", "-vvv", workshop_user="workshop", workshop_prefix=PREFIX, **given)
            assert done.status == 0, done.text
    secrets = {name: canary(name) for name in PLACED}
    for name, file in PLACED.items():
        assert found(secrets, bed.root(f"cat {file}")) == [name]
    # Where Ansible writes down what it was called with.
    assert "Invoked with" in bed.root("journalctl --output=cat --no-pager")
    assert any("python3" in line for line in lines), lines
    shown = leaks(secrets, bed.root, output=done.text, commands="\n".join(lines))
    assert shown == {}
