"""A new machine's first environment is Jupyter's; the others come when what needs no other is under way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"

pytestmark = [
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
    pytest.mark.skipif(
        not (Path(sysconfig.get_path("include")) / "Python.h").exists(), reason="this Python has no C headers"
    ),
]


# What machines are set up with, by their names; known has Jupyter's environment.
MACHINES: dict[str, dict[str, Any]] = {
    "new": {"python_venv_others_later": True},
    "known": {"python_venv_others_later": True},
    "small": {"python_venv_others_later": True, "python_venv_names": ["jupyter"]},
    "other": {"python_venv_others_later": True, "python_venv_names": ["theano", "control"]},
    "usual": {},
}


@pytest.fixture(scope="module", params=[[], ["--tags", "python-venv"]], ids=["all", "tags"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[set[str]]]:
    """What a play would make on each machine, task by task."""
    folder = tmp_path_factory.mktemp("play")
    uv = folder / "uv"
    known = [{"implementation": "cpython", "path": sys.executable}]
    uv.write_text(f"#!/bin/sh\necho '{json.dumps(known)}'\n")
    uv.chmod(0o755)
    python = folder / "known/venvs/jupyter/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    settings = {
        "workshop_prefix": f"{folder}/{{{{ inventory_hostname }}}}",
        "workshop_service_manager_used": "supervisor",
        "workshop_user": subprocess.check_output(["id", "-un"], text=True).strip(),
        "python_venv_version": ".".join(map(str, sys.version_info[:2])),
        "python_venv_uv": str(uv),
        "ansible_python_interpreter": sys.executable,
    }
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": settings,
        "roles": [{"role": "python-venv", "tags": "python-venv"}],
        "tasks": [{"import_role": {"name": "python-venv", "tasks_from": "later"}, "tags": "python-venv"}],
    }
    (folder / "play.yml").write_text(yaml.safe_dump([play]))
    (folder / "machines.json").write_text(json.dumps({"all": {"hosts": MACHINES}}))
    done = subprocess.run(
        [ANSIBLE, "play.yml", "-i", "machines.json", "--check", "-v", *request.param],
        cwd=folder,
        env=os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, list[set[str]]] = {name: [] for name in MACHINES}
    for said in re.findall(
        r"TASK \[python-venv : Make the virtual environments\](.*?)\n\n", done.stdout, re.S
    ):
        for name, told in found.items():
            paths = re.findall(rf"^ +{re.escape(str(folder))}/{name}/venvs/(\w+):$", said, re.M)
            if paths:
                told.append(set(paths))
    return found


@pytest.mark.parametrize(
    ("machine", "turns"),
    [
        ("new", [{"jupyter"}, {"theano", "tensorflow"}]),
        ("known", [{"jupyter", "theano", "tensorflow"}]),
        ("small", [{"jupyter"}]),
        ("other", [{"theano", "control"}]),
        ("usual", [{"jupyter", "theano", "tensorflow"}]),
    ],
)
def test_only_a_new_machines_others_come_later(
    made: dict[str, list[set[str]]], machine: str, turns: list[set[str]]
) -> None:
    assert made[machine] == turns
