"""Before the role touches a cluster it knows whether helm is one that its collection can use."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TASKS = Path(__file__).resolve().parents[2] / "roles/hub-kubernetes/tasks"


HELMS = {"helm-3": "v3.19.0+g3d8990f", "helm-4": "v4.1.4+g05fa379", "none": ""}
"""What helm says of itself on each machine; an empty word: there is none."""


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The role's look at the helm of each machine, in one play."""
    folder = tmp_path_factory.mktemp("helms")
    for name, says in HELMS.items():
        programs = folder / name
        programs.mkdir()
        if says:
            (programs / "helm").write_text(f"#!/bin/sh\necho {says}\n", encoding="utf-8")
            (programs / "helm").chmod(0o755)
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "environment": {"PATH": f"{folder}/{{{{ inventory_hostname }}}}:/usr/bin:/bin"},
        "tasks": [{"ansible.builtin.include_tasks": str(TASKS / "known-helm.yml")}],
    }
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    ansible = Path(sys.executable).with_name("ansible-playbook")
    command = [str(ansible), "-i", f"{','.join(HELMS)},", str(folder / "play.yml")]
    command += ["-e", f"ansible_python_interpreter={sys.executable}"]
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def failed(looked: str, machine: str) -> bool:
    line = "".join(re.findall(rf"^{machine} +: (.*)$", looked, re.M))
    assert line, looked
    return "failed=0" not in line


def test_helm_3_is_taken(looked: str) -> None:
    assert not failed(looked, "helm-3"), looked


@pytest.mark.parametrize(("machine", "named"), [("helm-4", "helm is v4.1.4"), ("none", "helm is missing")])
def test_any_other_is_refused_in_words(looked: str, machine: str, named: str) -> None:
    assert failed(looked, machine)
    (said,) = re.findall(rf"fatal: \[{machine}\].*?(?=\n\n|\nfatal:|\nok:|\Z)", looked, re.S)
    assert named in said
    assert "takes helm 3 (3.10 or later)" in " ".join(said.split())


def test_it_is_asked_for_before_a_cluster_is_changed_and_before_a_class_is_ended() -> None:
    for name in ("apply", "absent"):
        text = (TASKS / f"{name}.yml").read_text(encoding="utf-8")
        assert text.index("known-helm.yml") < text.index("\n  kubernetes.core."), name
