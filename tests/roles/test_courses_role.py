"""Set-up adds the courses that it is told, and brings their news; what is no course is one sentence."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_module import ROOT
from courses.making import COURSE, course, notebook, wheel
from sync.bed import Bed
from sync.organiser import Organiser, allowed_signers, new_key

ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
PLAY = "- hosts: all\n  gather_facts: false\n  roles: [courses]\n"


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_courses_are_added_and_get_their_news(tmp_path: Path) -> None:
    prefix = tmp_path / "opt"
    for folder in ("etc", "state", "courses", "venvs/jupyter/bin"):
        (prefix / folder).mkdir(parents=True)
    (prefix / "etc/workshop.toml").write_text(
        f'prefix = "{prefix}"\nnotebooks = "{tmp_path}/mine"\ncache = "{tmp_path}/cache"\noffline = true\n'
    )
    command = prefix / "venvs/jupyter/bin/workshop"
    command.write_text(
        f"#!/bin/sh\nUV_FIND_LINKS={tmp_path}/wheels WORKSHOP_CONFIG={prefix}/etc/workshop.toml"
        f' PYTHONPATH="{os.pathsep.join(sys.path)}" exec {sys.executable} -m workshop "$@"\n'
    )
    command.chmod(0o755)
    (tmp_path / "play.yml").write_text(PLAY)
    source = course(tmp_path / "knots", wheel(tmp_path / "wheels", "ipykernel"))

    def play(*courses: Any) -> str:
        variables = {
            "ansible_python_interpreter": sys.executable,
            "workshop_prefix": str(prefix),
            "workshop_user": pwd.getpwuid(os.geteuid()).pw_name,
            "workshop_courses": [str(each) if isinstance(each, Path) else each for each in courses],
        }
        words = ["-i", "localhost,", "-c", "local", "-e", json.dumps(variables)]
        done = subprocess.run(
            [ANSIBLE, tmp_path / "play.yml", *words], cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        )  # fmt: skip
        return done.stdout + done.stderr

    assert "changed=1" in play(source)
    assert "changed=0" in play(source)
    course(source, (source / "knots.txt").read_text(), a=notebook("new"))
    assert "changed=1" in play(source)
    assert b"new" in (tmp_path / "mine/knots/a.ipynb").read_bytes()
    (tmp_path / "plain").mkdir()
    assert "has no course.toml" in play(tmp_path / "plain")

    # One that signs: its keys are its own, and an update by another key waits.
    own, others = (new_key(tmp_path / "keys", name) for name in ("own", "others"))
    publisher = Organiser(Bed(tmp_path / "signed", tmp_path / "m", tmp_path / "s"), own)
    renamed = COURSE.replace("knots", "bends").replace("bends.txt", "knots.txt")
    course(publisher.folder, (source / "knots.txt").read_text(), renamed, a=notebook("1", kernel="bends"))
    publisher.release("v1")
    keys = allowed_signers(tmp_path / "signers", own).read_text()
    entry = {"source": publisher.url, "branch": "main", "allowed_signers": keys}
    assert "changed=1" in play(source, entry)
    assert (prefix / "courses/bends/allowed-signers").read_text() == keys
    assert not (prefix / "courses/knots/allowed-signers").exists()
    publisher.key = others
    (publisher.folder / "lessons/a.ipynb").write_bytes(notebook("2", kernel="bends"))
    publisher.release("v2")
    assert "changed=0" in play(source, entry)
    for wrong in ({"url": "x"}, {"source": "x", "keys": "y"}, 3):
        assert "workshop_courses has the entry" in play(wrong)
