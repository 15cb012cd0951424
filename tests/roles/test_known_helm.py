"""Before the role touches a cluster it knows whether helm is one that its collection can use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TASKS = Path(__file__).resolve().parents[2] / "roles/hub-kubernetes/tasks"


def look(folder: Path, says: str) -> subprocess.CompletedProcess[str]:
    """Run the role's look at a helm that says so; an empty word: there is none."""
    programs = folder / "bin"
    programs.mkdir()
    if says:
        (programs / "helm").write_text(f"#!/bin/sh\necho {says}\n", encoding="utf-8")
        (programs / "helm").chmod(0o755)
    task = {"ansible.builtin.include_tasks": str(TASKS / "known-helm.yml")}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    ansible = Path(sys.executable).with_name("ansible-playbook")
    environment = {**os.environ, "PATH": f"{programs}:/usr/bin:/bin", "ANSIBLE_NOCOLOR": "1"}
    command = [str(ansible), "-i", "localhost,", str(folder / "play.yml")]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_helm_3_is_taken(tmp_path: Path) -> None:
    done = look(tmp_path, "v3.19.0+g3d8990f")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("says", "named"), [("v4.1.4+g05fa379", "helm is v4.1.4"), ("", "helm is missing")])
def test_any_other_is_refused_in_words(tmp_path: Path, says: str, named: str) -> None:
    done = look(tmp_path, says)
    assert done.returncode != 0
    assert named in done.stdout + done.stderr
    assert "takes helm 3 (3.10 or later)" in " ".join((done.stdout + done.stderr).split())


def test_it_is_asked_for_before_a_cluster_is_changed_and_before_a_class_is_ended() -> None:
    for name in ("apply", "absent"):
        text = (TASKS / f"{name}.yml").read_text(encoding="utf-8")
        assert text.index("known-helm.yml") < text.index("\n  kubernetes.core."), name
