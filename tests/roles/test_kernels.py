"""Kernels of ours that are no longer offered go; what else lies there stays."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_module import ROOT

from workshop.core import kernels

ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
PLAY = "- hosts: all\n  gather_facts: false\n  roles: [deep-libs]\n"


def test_the_roles_offer_the_kernels_of_the_table() -> None:
    ours = [name for name in kernels.ENVIRONMENTS.values() if name != "jupyter"]
    defaults = yaml.safe_load((ROOT / "roles/deep-libs/defaults/main.yml").read_text(encoding="utf-8"))
    assert f"{ours} if workshop_lessons" in defaults["deep_libs_kernels"]
    named = yaml.safe_load((ROOT / "roles/deep-libs/vars/main.yml").read_text(encoding="utf-8"))
    assert named["__deep_libs_kernel_names"] == {name: kernels.NAMES[name] for name in ours}
    venvs = yaml.safe_load((ROOT / "roles/python-venv/defaults/main.yml").read_text(encoding="utf-8"))
    assert set(venvs["python_venv_may_lack"]) <= set(kernels.OPTIONAL)
    assert f"['jupyter', {', '.join(map(repr, ours))}]" in venvs["python_venv_names"]


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_a_kernel_that_is_left_out_is_removed_and_no_other(tmp_path: Path) -> None:
    jupyter = tmp_path / "opt/venvs/jupyter"
    (jupyter / "bin").mkdir(parents=True)
    (jupyter / "bin/workshop").touch()
    for name in ("theano", "somebodys"):
        (jupyter / "share/jupyter/kernels" / name).mkdir(parents=True)
        (jupyter / "share/jupyter/kernels" / name / "kernel.json").write_text("{}")
    (tmp_path / "play.yml").write_text(PLAY)
    variables = {
        "ansible_python_interpreter": sys.executable,
        "workshop_prefix": str(tmp_path / "opt"),
        "workshop_user": pwd.getpwuid(os.geteuid()).pw_name,
        "deep_libs_kernels": ["tensorflow"],
        "deep_libs_warm": "no",
    }
    done = subprocess.run(
        [ANSIBLE, tmp_path / "play.yml", "-i", "localhost,", "-c", "local", "-e", json.dumps(variables)],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    left = {path.parent.name for path in jupyter.glob("share/jupyter/kernels/*/kernel.json")}
    assert left == {"tensorflow", "somebodys"}
