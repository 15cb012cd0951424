"""Set-up goes on without PyTorch where its wheel cannot be had, and says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_module import ROOT
from roles.test_locked_environments import lock_of, make_wheel

ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
PLAY = """
- hosts: all
  connection: local
  gather_facts: true
  tasks:
    - ansible.builtin.include_role: {name: python-venv, tasks_from: lacking}
"""

pytestmark = [
    pytest.mark.skipif(UV is None, reason="no uv beside this Python or on PATH"),
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
]


@pytest.mark.parametrize("there", [True, False])
def test_an_environment_is_left_out_where_its_wheel_is_missing(tmp_path: Path, there: bool) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/build.txt").touch()
    wheel = make_wheel(tmp_path / "folder", "libtorch")
    (tmp_path / "locks/pytorch.txt").write_text(lock_of(wheel))
    if not there:
        wheel.unlink()
    (tmp_path / "play.yml").write_text(PLAY)
    variables = {
        "ansible_python_interpreter": sys.executable,
        "workshop_prefix": str(tmp_path / "opt"),
        "workshop_cache": str(tmp_path / "cache"),
        "workshop_stick": "",
        "workshop_offline": True,
        "python_venv_uv": UV,
        "python_venv_lock_folder": str(tmp_path / "locks"),
        "python_venv_names": ["jupyter", "pytorch"],
        "python_venv_torch": str(tmp_path / "folder"),
        "__python_venv_python": sys.executable,
    }
    done = subprocess.run(
        [ANSIBLE, tmp_path / "play.yml", "-i", "localhost,", "-e", json.dumps(variables)],
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("pytorch is left out" in done.stdout) is not there
    assert not (tmp_path / "opt/venvs").exists()
