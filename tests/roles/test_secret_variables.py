"""Secrets of set-up: which variables hold one, and that no task shows one, even at -vvv with --diff."""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from canaries import GIVEN, HARMLESS, canary, found
from machines.kubernetes.writing import PINS

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
SOUNDS_SECRET = re.compile(r"token|secret|passw|passphrase|credential|cookie|(^|_)(key|code|pin)s?(_|$)")
PARTS = ("block", "rescue", "always")
UNSEEN = {
    "name",
    "when",
    "vars",
    "register",
    "changed_when",
    "failed_when",
    "until",
    "tags",
    "notify",
    "that",
}
"""Of a task, what Ansible shows of no value, whatever it is asked to show."""
CONTENT = "workshop_secret.content"
"""What the tasks in roles/workshop/tasks/secret.yml are given."""
READ_BACK = {"__hub_kubernetes_values"}
"""Variables that are read from a file with a secret in it."""
IMAGE = f"registry.example.org/workshop@sha256:{'0123456789abcdef' * 4}"
PLAY = """
- hosts: all
  gather_facts: true
  tasks:
    - ansible.builtin.include_role: {name: notebook-sync, tasks_from: look}
    - ansible.builtin.include_role: {name: notebook-sync, tasks_from: record}
    - ansible.builtin.include_role: {name: jupyter-service, tasks_from: token}
    - ansible.builtin.include_role: {name: hub-service, tasks_from: units, apply: {check_mode: true}}
    - ansible.builtin.include_role: {name: hub-kubernetes}
"""


def loaded(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def options(specification: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each argument of a specification, also those inside of others."""
    for name, option in (specification.get("options") or {}).items():
        yield name, option
        yield from options(option)


ARGUMENTS = [
    (name, option)
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))
    for entry in loaded(path)["argument_specs"].values()
    for name, option in options(entry)
]
SETTINGS = {
    name
    for pattern in ("roles/*/defaults/*.yml", "inventories/*/group_vars/*.yml")
    for path in ROOT.glob(pattern)
    for name in loaded(path) or {}
    if not name.startswith("__")
}


def test_what_sounds_like_a_secret_is_one_or_is_known_to_be_none() -> None:
    """A new variable is planted as a canary by all tests of secrets, or somebody said why it is harmless."""
    names = {name for name, _ in ARGUMENTS} | SETTINGS
    sounding = {name for name in names if SOUNDS_SECRET.search(name)}
    assert sounding - GIVEN.keys() - HARMLESS.keys() == set()
    assert HARMLESS.keys() <= names


def test_roles_tell_ansible_which_arguments_are_secret() -> None:
    assert {name for name, option in ARGUMENTS if option.get("no_log")} == GIVEN.keys()
    told = {name: option.get("no_log", False) for name, option in ARGUMENTS if name in GIVEN}
    assert all(told.values()), told


def tasks(block: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each task of a file, also those in blocks."""
    for task in block:
        yield task
        for part in PARTS:
            yield from tasks(task.get(part) or [])


def files_of_tasks() -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Yield each file with tasks or plays, and its tasks."""
    for pattern in ("roles/*/tasks/*.yml", "roles/*/handlers/*.yml", "playbooks/tasks/**/*.yml"):
        for path in sorted(ROOT.glob(pattern)):
            yield path, list(tasks(loaded(path)))
    for path in sorted(ROOT.glob("playbooks/*.yml")):
        for play in loaded(path):
            lists = (play.get(part) or [] for part in ("pre_tasks", "tasks", "post_tasks", "handlers"))
            yield path, [task for each in lists for task in tasks(each)]


def variables() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each variable of roles, plays and tasks."""
    for pattern in ("roles/*/defaults/*.yml", "roles/*/vars/*.yml", "inventories/*/group_vars/*.yml"):
        for path in ROOT.glob(pattern):
            yield from ((name, json.dumps(value)) for name, value in (loaded(path) or {}).items())
    for path, each in files_of_tasks():
        for task in each:
            if not task.get("no_log"):
                for name, value in (task.get("vars") or {}).items():
                    yield name, json.dumps(value)
            elif not isinstance(task.get("vars", {}), dict):
                raise AssertionError(f"{path}: vars of {task} are no table")


def mentions(text: str, names: set[str]) -> set[str]:
    """Return which of the names a text's expressions mention, or those of a template that it names."""
    for template in re.findall(r"[\w.@-]+\.j2\b", text):
        text += "".join(
            path.read_text(encoding="utf-8") for path in ROOT.glob(f"roles/*/templates/{template}")
        )
    text = "".join(re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, re.S))
    return {name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}


def secret_variables() -> set[str]:
    """Return the names of all variables with a secret in them."""
    known = {*GIVEN, *READ_BACK, CONTENT}
    while True:
        more = {name for name, text in variables() if name not in known and mentions(text, known)}
        # Of this one it is the content alone.
        more -= {"workshop_secret"}
        if not more:
            return known
        known |= more


def test_no_task_is_given_a_secret_without_being_silent() -> None:
    """Ansible writes what a task was given into the journal of the machine, and at -vvv on the screen."""
    secret, shown = secret_variables(), []
    for path, each in files_of_tasks():
        for task in each:
            given = {key: value for key, value in task.items() if key not in UNSEEN and key not in PARTS}
            given = {
                key: {word: text for word, text in value.items() if word not in UNSEEN}
                if isinstance(value, dict)
                else value
                for key, value in given.items()
            }
            if (held := mentions(json.dumps(given), secret)) and task.get("no_log") is not True:
                shown.append(f"{path.relative_to(ROOT)}: {task.get('name')}: {', '.join(sorted(held))}")
    assert shown == []


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """A run of some roles on this machine, in a folder of their own, as a person without rights has it."""

    def play(text: str, **given: Any) -> subprocess.CompletedProcess[str]:
        (tmp_path / "play.yml").write_text(text, encoding="utf-8")
        variables = {
            **GIVEN,
            "workshop_prefix": str(tmp_path / "prefix"),
            "workshop_checkout": str(ROOT),
            "workshop_user": pwd.getpwuid(os.geteuid()).pw_name,
            "hub_kubernetes_folder": str(tmp_path / "cluster"),
            "hub_kubernetes_image": IMAGE,
            **PINS,
            "hub_kubernetes_kubeconfig": "",
            "ansible_python_interpreter": sys.executable,
            **given,
        }
        (tmp_path / "given.json").write_text(json.dumps(variables), encoding="utf-8")
        words = ["-i", "localhost,", "-c", "local", "-e", f"@{tmp_path}/given.json", "--diff", "-vvv"]
        return subprocess.run(
            [ANSIBLE, tmp_path / "play.yml", *words],
            cwd=ROOT,
            env={**os.environ, "HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    return play


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_set_up_that_tells_all_it_does_tells_no_secret(run: Any, tmp_path: Path) -> None:
    (tmp_path / "prefix/hub").mkdir(parents=True)
    done = run(PLAY)
    assert done.returncode == 0, done.stdout
    secrets = {name: canary(name) for name in GIVEN}
    places = {
        "notebook_sync_variables": "prefix/etc/pull-variables.json",
        "jupyter_service_token": "prefix/etc/token",
        "hub_kubernetes_values": "cluster/own-values.yaml",
    }
    for name, place in places.items():
        file = tmp_path / place
        assert found(secrets, file.read_text(encoding="utf-8")) == [name]
        assert file.stat().st_mode & 0o007 == 0, place
    assert "own-values.yaml" in done.stdout
    assert found(secrets, done.stdout + done.stderr) == []


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_where_a_secret_cannot_be_written_the_last_line_says_why(run: Any, tmp_path: Path) -> None:
    (tmp_path / "prefix/etc/token").mkdir(parents=True)
    done = run("- hosts: all\n  tasks:\n    - include_role: {name: jupyter-service, tasks_from: token}\n")
    assert done.returncode == 2
    last = done.stdout.rstrip().splitlines()[-1]
    assert f"cannot write {tmp_path}/prefix/etc/token" in last
    assert found({name: canary(name) for name in GIVEN}, done.stdout + done.stderr) == []
