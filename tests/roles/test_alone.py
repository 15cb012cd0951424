"""Each role works alone, from a playbook elsewhere that knows of the checkout only where its roles are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_module import roles_of_site
from waiting import patience

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
ROLES = sorted(path.parent.parent.name for path in ROOT.glob("roles/*/tasks/main.yml"))
SHARED = "workshop"
BUILT_IN = "ansible.builtin."

needs_ansible = pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment")
on_debian_13 = pytest.mark.skipif(
    "VERSION_CODENAME=trixie" not in Path("/etc/os-release").read_text(encoding="utf-8"),
    reason="applies roles to this machine, which must be a supported one",
)


@cache
def loaded(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def alone(role: str) -> str:
    """Return the section of a role's README that shows how to use it alone."""
    text = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    assert "\n## Alone\n" in text, f"the README of {role} has no section Alone"
    return text.partition("\n## Alone\n")[2].partition("\n<!-- arguments:start -->")[0]


def example(role: str) -> list[dict[str, Any]]:
    """Return the plays of the README's example."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", alone(role), re.M | re.S)
    assert len(blocks) == 1
    plays = yaml.safe_load(blocks[0])
    assert isinstance(plays, list)
    return plays


@cache
def arguments(role: str) -> set[str]:
    """Return the names of all arguments of a role and of those that it depends on."""
    specs = loaded(ROOT / "roles" / role / "meta/argument_specs.yml")["argument_specs"]
    names = {name for entry in specs.values() for name in entry.get("options") or {}}
    return names.union(*(arguments(each) for each in dependencies(role)))


def dependencies(role: str) -> list[str]:
    return [each["role"] for each in loaded(ROOT / "roles" / role / "meta/main.yml")["dependencies"]]


def files(role: str) -> Iterator[tuple[Path, str]]:
    """Yield each file of a role that Ansible reads, without comments."""
    for folder in ("defaults", "handlers", "tasks", "templates", "vars"):
        for path in sorted((ROOT / "roles" / role / folder).glob("*")):
            yield path, re.sub(r"(^|\s)#.*$", "", path.read_text(encoding="utf-8"), flags=re.M)


def tasks(block: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each task of a file, also those in blocks."""
    for task in block:
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part, []))


def tasks_of(role: str) -> Iterator[dict[str, Any]]:
    for folder in ("tasks", "handlers"):
        for path in sorted((ROOT / "roles" / role / folder).glob("*.yml")):
            yield from tasks(loaded(path))


def run(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook in a folder without ansible.cfg, with nothing of the checkout but its roles."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return subprocess.run(
        [ANSIBLE, *words],
        cwd=folder,
        env={
            **environment,
            "ANSIBLE_ROLES_PATH": str(ROOT / "roles"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_GATHERING": "smart",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=patience(300),
        check=False,
    )


@pytest.mark.parametrize("role", ROLES)
def test_the_example_applies_its_role_and_sets_only_what_the_role_knows(role: str) -> None:
    (play,) = example(role)
    (applied,) = play["roles"]
    assert applied["role"] == role
    assert play["gather_facts"] is False  # the role gathers what it needs
    assert {*play.get("vars", {}), *applied.get("vars", {})} <= arguments(role)


@pytest.mark.parametrize("role", [role for role in ROLES if role != SHARED])
def test_a_role_names_the_roles_and_collections_that_it_uses(role: str) -> None:
    meta = loaded(ROOT / "roles" / role / "meta/main.yml")
    assert dependencies(role) == [SHARED]
    for task in tasks_of(role):
        dotted = [key for key in task if key.count(".") == 2 and not key.startswith(BUILT_IN)]
        assert all(key.rpartition(".")[0] in meta["collections"] for key in dotted), dotted
        included = task.get(f"{BUILT_IN}include_role") or task.get(f"{BUILT_IN}import_role")
        if included and included["name"] != SHARED:
            assert f"`{included['name']}`" in alone(role)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_no_variable_of_another_without_a_default_of_its_own(role: str) -> None:
    others = [other.replace("-", "_") for other in ROLES if other not in {role, *dependencies(role)}]
    # Internals begin with two underscores. What is set for an included role has a colon after it.
    reads = re.compile(rf"(?<![\w.])(_*(?:{'|'.join(others)})_\w+)(?!\w)(?!\s*\|\s*default\()(?!:)")
    for path, text in files(role):
        found = [match[1] for match in reads.finditer(text) if match[1] not in arguments(role)]
        assert not found, f"{path.relative_to(ROOT)}: {found}"


OURS = {path.stem for path in ROOT.glob("library/*.py")} | {
    path.stem for path in ROOT.glob("roles/*/library/*.py")
}
"""The workshop's own modules."""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_brings_the_modules_that_it_uses(role: str) -> None:
    brought = {
        path.stem for each in (role, *dependencies(role)) for path in ROOT.glob(f"roles/{each}/library/*.py")
    }
    used = {key for task in tasks_of(role) for key in task if key in OURS}
    assert used <= brought, used - brought


SET_UP = set(roles_of_site())
"""The roles of a whole machine, which other jobs set up in each run."""
ELSEWHERE = SET_UP | {"hub-kubernetes", "thumb-drive", "appliance-image", "hub-service"}
"""Alone they are played in full: each run plays most of them anyway, and the last two take the longest."""


def of_each_run(*roles: str) -> list[Any]:
    """Return roles as parameters, of which some are for full depth."""
    return [pytest.param(each, marks=pytest.mark.slow) if each in ELSEWHERE else each for each in roles]


@dataclass(frozen=True)
class Applied:
    """What became of the examples."""

    output: str

    def of(self, role: str) -> dict[str, int]:
        """Return what the recap counts of a role's machine."""
        line = "".join(re.findall(rf"^{role} +: (.*)$", self.output, re.M))
        assert line, f"the play ended before {role}: {self.output}"
        return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line)}


@pytest.fixture(scope="module")
def applied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """The examples that are asked for, in check mode, each on a machine of its own: it is this one.

    Nothing is known of it.

    They are chosen by their names as tags, which what a role includes has to take over.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    asked = (item for item in request.session.items if "applied" in getattr(item, "fixturenames", ()))
    roles = sorted({item.callspec.params["role"] for item in asked})  # type: ignore[attr-defined]
    plays = [
        play | {"hosts": role, "connection": "local", "tags": role}
        for role in roles
        for play in example(role)
    ]
    (folder / "plays.yml").write_text(yaml.safe_dump(plays))
    (folder / "machines.json").write_text(json.dumps({"all": {"hosts": {role: {} for role in roles}}}))
    plan = folder / "plan"
    plan.write_text("""#!/bin/sh\necho '{"bytes": 1000000, "missing": ""}'\n""")
    plan.chmod(0o755)
    here = {
        "ansible_python_interpreter": sys.executable,
        "workshop_prefix": str(folder / "opt"),
        "workshop_notebooks": str(folder / "notebooks"),
        "workshop_user": subprocess.check_output(["id", "-un"], text=True).strip(),
        "workshop_offline": True,
        "base_fedora_required_disk_mb": 1,
        # The lock of the example lies on another machine.
        "python_venv_lock_folder": str(ROOT / "locks"),
        # What a stick would have on it is looked at in the test of that command.
        "thumb_drive_command": str(plan),
    }
    words = ["plays.yml", "-i", "machines.json", "--check", "--tags", ",".join(roles), "-e", json.dumps(here)]
    done = run(folder, *words)
    assert not (folder / "opt").exists()
    return Applied(done.stdout + done.stderr)


@needs_ansible
@on_debian_13
@pytest.mark.parametrize("role", of_each_run(*ROLES))
def test_a_role_is_applied_alone(applied: Applied, role: str) -> None:
    counts = applied.of(role)
    assert counts["failed"] == counts["unreachable"] == 0, applied.output
    assert counts["ok"] > 0


@needs_ansible
def test_a_role_that_needs_the_workshop_says_so_on_a_machine_without(tmp_path: Path) -> None:
    (play,) = example("datasets")
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play | {"connection": "local"}]))
    done = run(tmp_path, "play.yml", "-i", "localhost,", "-e", f"workshop_prefix={tmp_path}/opt")
    assert done.returncode == 2
    assert f"there is no workshop in {tmp_path}/opt; apply the role python-venv first" in " ".join(
        done.stdout.split()
    )


@needs_ansible
def test_a_checkout_without_links_plays_all_the_same(tmp_path: Path) -> None:
    """An update checks out links as plain files; then ansible.cfg says where the modules are."""
    for name in ("roles", "playbooks", "library", "module_utils", "callback_plugins"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True)
    shutil.copy(ROOT / "ansible.cfg", tmp_path)
    links = [path for path in tmp_path.rglob("*") if path.is_symlink()]
    assert links
    for link in links:
        target = str(link.readlink())
        link.unlink()
        link.write_text(target)
    environment = {"ANSIBLE_ROLES_PATH": str(tmp_path / "roles")}
    done = run(tmp_path, "playbooks/notebook-sync.yml", "-i", "localhost,", "--syntax-check", **environment)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_ansible
def test_names_of_roles_are_tags() -> None:
    """What every role needs runs with any tag, and what belongs to some roles with theirs."""
    done = run(ROOT, "playbooks/site.yml", "-i", "localhost,", "--list-tasks")
    assert done.returncode == 0, done.stderr
    listed = re.findall(r"^      (.*?)\tTAGS: \[(.*)\]$", done.stdout, re.M)
    names = roles_of_site()
    seen = set()
    for name, tags in listed:
        role = name.partition(" : ")[0]
        if role in names:
            seen.add(role)
            assert role in tags.split(", "), name
        else:
            assert set(tags.split(", ")) & {"always", *names}, name
    assert seen == set(names)
