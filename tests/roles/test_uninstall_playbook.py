"""Uninstall takes away all that set-up made outside of its folder; set-up takes no folder of somebody's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_module import ROOT, roles_of_site
from waiting import patience

ROLES = roles_of_site()
# What the roles above include.
HELPERS = ["managed-service", "workshop"]
WRITES = {f"ansible.builtin.{name}" for name in ("copy", "template", "file")}
SYSTEMS = re.compile(r"/(?:etc|usr|var|root|home)/\S*[^\s/]")
UNINSTALL = "\n".join(path.read_text() for path in sorted(ROOT.glob("playbooks/tasks/uninstall/*.yml")))
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"


def texts(value: Any) -> Iterator[str]:
    """Yield every text in what YAML says."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def tasks(block: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in block:
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part, []))


def written(role: str) -> set[str]:
    """Return the files of the system that a role writes: its writing tasks name them, or its variables."""
    folder = ROOT / "roles" / role
    found: list[str] = []
    for path in sorted(folder.glob("tasks/*.yml")):
        for task in tasks(yaml.safe_load(path.read_text())):
            if WRITES & set(task):
                found += [text for name in (*WRITES, "loop") for text in texts(task.get(name, []))]
    for path in sorted(folder.glob("vars/*.yml")):
        found += texts(yaml.safe_load(path.read_text()))
    return {
        text.strip() for text in found if SYSTEMS.fullmatch(text.replace("{{ ", "{{").replace(" }}", "}}"))
    }


@pytest.mark.parametrize("role", [*ROLES, *HELPERS, "hub-service"])
def test_each_file_of_the_system_is_taken_away(role: str) -> None:
    for path in sorted(written(role)):
        name = path.rpartition("/")[2].replace("{{ workshop_user }}", "__uninstall_user")
        folder = path.rpartition("/")[0]
        assert name in UNINSTALL, path
        # The folder itself, or what is looked for below it.
        assert folder in UNINSTALL or folder.rpartition("/")[0] in UNINSTALL, path


def test_each_of_these_files_says_whose_it_is() -> None:
    """Uninstall takes only what does; the rest, in templates of services, is known by what it runs."""
    for template in sorted(ROOT.glob("roles/base-fedora/templates/*.j2")):
        assert "Managed by the workshop's set-up (role base-fedora)" in template.read_text(), template.name
    known = yaml.safe_load((ROOT / "roles/base-fedora/vars/main.yml").read_text())
    assert re.match("# Managed by .*role base-fedora.*\n$", known["__base_fedora_keys_head"])


def test_what_the_firewall_lets_in_is_closed_before_its_service_is_deleted() -> None:
    machine = list(tasks(yaml.safe_load((ROOT / "playbooks/tasks/uninstall/machine.yml").read_text())))
    names = [task["name"] for task in machine]
    closed = names.index("Let it in no longer")
    assert "--remove-service=workshop" in machine[closed]["ansible.builtin.command"]["argv"]
    assert closed < names.index("Delete what says which ports it has")


CASES = {
    "srv": (["data"], False),
    "local": (["bin", "lib"], False),
    "home": ([".bashrc"], False),
    "disk": (["lost+found"], True),
    "new": ([".lock", "control", "uv", "cache"], True),
    "older": (["bin", "etc/workshop.toml"], True),
    "killed": ([".lock", "etc/.before-set-up.json.x1y2"], True),
    "system": (["etc/passwd"], False),
    "workshop": (["mine"], True),
    ".workshop": (["mine"], True),
    "none": ([], True),
}
"""Folders by name: what lies in them, and whether set-up takes them for its own."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    for name, (there, _) in CASES.items():
        for each in there:
            (folder / name / each).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / each).touch()
    return folder


@pytest.mark.parametrize("name", CASES)
def test_the_script_takes_no_folder_that_holds_something_else(places: Path, name: str) -> None:
    there, accepted = CASES[name]
    text = (ROOT / "inventories/local/setup.bash").read_text()
    function = re.search(r"^check_prefix\(\) \{.*?^\}$", text, re.M | re.S)
    assert function
    script = (
        f'die() {{ echo "$*"; exit 1; }}\n{function[0]}\nprefix={places / name}; check_prefix; echo taken'
    )
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
    assert (done.stdout == "taken\n") is accepted, done
    if not accepted:
        assert f"{places / name} holds {Path(there[0]).parts[0]}" in done.stdout
        assert f"workshop_prefix={places / name}/workshop" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
def test_nor_does_the_play(places: Path, tmp_path: Path) -> None:
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": {
            "ansible_python_interpreter": sys.executable,
            "workshop_prefix": "{{ prefix }}",
            "workshop_user": "root",
            **{f"workshop_{name}": str(tmp_path / name) for name in ("notebooks", "data", "cache")},
        },
        "tasks": [
            {"ansible.builtin.setup": {"gather_subset": ["!all", "!min", "user"]}},
            {"ansible.builtin.import_tasks": str(ROOT / "roles/base-fedora/tasks/before.yml")},
        ],
    }
    cases = {name: CASES[name][1] for name in ("srv", "disk", "killed", "system")}
    hosts = {f"on-{name}": {"prefix": str(places / name)} for name in cases}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    done = subprocess.run(
        [ANSIBLE, "play.yml", "-i", "hosts.json", "--check"],
        cwd=tmp_path,
        env=os.environ
        | {
            "ANSIBLE_LIBRARY": str(ROOT / "library"),
            "ANSIBLE_MODULE_UTILS": str(ROOT / "module_utils"),
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORKS": "4",
        },
        capture_output=True,
        text=True,
        timeout=patience(300),
        check=False,
    )
    counts = dict(re.findall(r"^on-(\w+) .*\bfailed=(\d+)", done.stdout, re.M))
    assert counts == {name: str(int(not taken)) for name, taken in cases.items()}, done.stdout + done.stderr
    assert f"{places}/srv holds data, which set-up did not make" in " ".join(done.stdout.split())
