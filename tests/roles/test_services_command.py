"""The command ``bin/services`` where supervisor keeps the services: what it starts them with."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
TEMPLATES = ROOT / "roles/managed-service/templates"
# What a supervisor leaves where it can be asked.
LISTEN = f"{sys.executable} -c \"import socket; socket.socket(1).bind('run/supervisor.sock')\""


def write_command(prefix: Path) -> Path:
    """Write the command, and in place of supervisor a program that notes what it got and then is there."""
    jinja = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True)
    jinja.filters["quote"] = shlex.quote
    command = prefix / "services"
    command.write_text(
        jinja.get_template("services.j2").render(
            workshop_prefix=str(prefix),
            workshop_service_manager_used="supervisor",
            workshop_user="learner",
            __managed_service_as_root=False,
        )
    )
    python = prefix / "venvs/jupyter/bin/python"
    python.parent.mkdir(parents=True)
    (prefix / "run").mkdir()
    python.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "  *supervisorctl*) exec test -e up ;;\n"
        f"  *) env >environment; readlink /proc/$$/fd/* >files; touch up; {LISTEN} ;;\n"
        "esac\n"
    )
    for each in (command, python):
        each.chmod(0o755)
    return command


def test_services_get_nothing_of_the_set_up_that_starts_them(tmp_path: Path) -> None:
    command = write_command(tmp_path)
    locks = f"exec 4>{tmp_path}/lock4 9>{tmp_path}/lock9; flock 9"
    done = subprocess.run(
        ["bash", "-c", f"{locks}; {shlex.quote(str(command))} ensure workshop-web"],
        env=os.environ | {"WORKSHOP_SETUP": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == "workshop-web: started with supervisor\n"
    assert "HOME=" in (tmp_path / "environment").read_text()
    assert "WORKSHOP_SETUP" not in (tmp_path / "environment").read_text()
    files = (tmp_path / "files").read_text().splitlines()
    assert "/dev/null" in files
    assert not [name for name in files if name.startswith(f"{tmp_path}/lock")]


def test_to_start_what_runs_is_no_fault(tmp_path: Path) -> None:
    command = write_command(tmp_path)
    python = tmp_path / "venvs/jupyter/bin/python"
    python.write_text(
        '#!/bin/sh\ncase "$*" in *start*) echo "workshop-web: ERROR (already started)" ;; esac\n'
    )
    with socket.socket(socket.AF_UNIX) as supervisor:
        supervisor.bind(os.path.relpath(tmp_path / "run/supervisor.sock"))
        done = subprocess.run([command, "start", "workshop-web"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "workshop-web: runs already\n")


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: managed-service, tasks_from: shared}
"""


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_a_supervisor_that_read_other_settings_is_stopped_once(tmp_path: Path) -> None:
    python = tmp_path / "venvs/jupyter/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$*" >>calls\necho 999999999\n')
    python.chmod(0o755)
    (tmp_path / "run").mkdir()
    (tmp_path / "play.yml").write_text(PLAY)
    variables = {
        "ansible_python_interpreter": sys.executable,
        "workshop_prefix": str(tmp_path),
        "workshop_user": "root" if os.geteuid() == 0 else "learner",
        "workshop_service_manager_used": "supervisor",
    }
    # A socket's path may have 107 bytes.
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as running:
        os.chdir(tmp_path)
        running.bind("run/supervisor.sock")
        os.chdir(here)
        for _ in range(2):
            done = subprocess.run(
                [
                    ANSIBLE,
                    tmp_path / "play.yml",
                    "-i",
                    "localhost,",
                    "-c",
                    "local",
                    "-e",
                    json.dumps(variables),
                ],
                cwd=ROOT,
                env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split()[-1] for call in calls].count("shutdown") == 1
