"""How a command comes into a machine: by crun where that says who the user is, else by podman."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest

from tools.testbed import inside as under_test
from tools.testbed.inside import inside

CONTAINER = "0123abcd"
VARIABLES = ["--env", "PATH=/bin", "--env", "container=podman"]
"""Of the container, without those that podman leaves out or sets itself."""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A machine's name; its files are this one's."""
    monkeypatch.setattr(under_test, "IDS", tmp_path / "ids")
    monkeypatch.setattr(under_test, "STATES", tmp_path / "states")
    (tmp_path / "ids").mkdir()
    (tmp_path / "ids/workshop-x").write_text(f"{CONTAINER}\n")
    (tmp_path / "states" / CONTAINER).mkdir(parents=True)
    state = {"pid": os.getpid(), "bundle": str(tmp_path)}
    (tmp_path / "states" / CONTAINER / "status").write_text(json.dumps(state))
    made = {"process": {"env": ["PATH=/bin", "HOME=/root", "container=podman", "HOSTNAME=x"]}}
    (tmp_path / "config.json").write_text(json.dumps(made))
    return "workshop-x"


def test_root_is_who_nobody_is_named(machine: str) -> None:
    assert inside(machine) == ["crun", "exec", "--user", "0:0", *VARIABLES, "--env", "HOME=/root", CONTAINER]


def test_an_account_has_its_numbers_and_its_home(machine: str) -> None:
    nobody = pwd.getpwnam("nobody")
    words = inside(machine, "nobody", "/srv")
    assert words[2:] == [
        *("--user", f"{nobody.pw_uid}:{nobody.pw_gid}", *VARIABLES, "--env", f"HOME={nobody.pw_dir}"),
        *("--cwd", "/srv", CONTAINER),
    ]


def test_who_is_in_further_groups_comes_in_by_podman(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crun would leave them out."""
    tables = {"group": [["staff", "x", "50", "other,nobody"]], "passwd": [["nobody", "x", "1", "1", "", "/"]]}
    monkeypatch.setattr(under_test, "_table", lambda path: tables[path.name])
    assert inside(machine, "nobody", "/srv") == [
        *("podman", "exec", "--interactive", "--user", "nobody", "--workdir", "/srv", machine)
    ]


@pytest.mark.parametrize("name", ["workshop-y", "workshop-x"])
def test_a_machine_that_is_not_known_and_one_that_does_not_run_are_podmans(machine: str, name: str) -> None:
    (under_test.STATES / CONTAINER / "status").write_text(json.dumps({"pid": 2**22 + 1}))
    assert inside(name) == ["podman", "exec", "--interactive", name]
    assert inside(name, "nonesuch")[-3:] == ["--user", "nonesuch", name]
