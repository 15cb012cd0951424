"""machine.yml is read, and each mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from organiser.appliance.machine import Forward, load_machine
from workshop.errors import WorkshopError

GOOD = {
    "name": "box",
    "memory": 2048,
    "cpus": 2,
    "forwards": [
        {"name": "jupyter", "guest": 8080, "host": 8080},
        {"name": "ssh", "guest": 22, "host": 8282},
    ],
}


def write(folder: Path, stated: object, name: str = "machine.yml") -> Path:
    (folder / name).write_text(yaml.safe_dump({"workshop_machine": stated}), encoding="utf-8")
    return folder


def test_the_checkouts_own_file_is_sound() -> None:
    machine = load_machine()
    assert machine.memory >= 1024
    assert {rule.guest for rule in machine.forwards} >= {22, 8080, 8081, 8082}


def test_all_is_read(tmp_path: Path) -> None:
    machine = load_machine(write(tmp_path, GOOD))
    assert (machine.name, machine.memory, machine.cpus) == ("box", 2048, 2)
    assert machine.forwards == (Forward("jupyter", 8080, 8080), Forward("ssh", 22, 8282))


def test_what_only_vagrant_reads_is_left_out(tmp_path: Path) -> None:
    assert load_machine(write(tmp_path, {**GOOD, "box": {"name": "some"}})).name == "box"


def test_the_local_file_wins_key_by_key(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    machine = load_machine(write(tmp_path, {"memory": 4096}, "machine.local.yml"))
    assert (machine.memory, machine.cpus) == (4096, 2)


def test_a_misspelt_key_of_the_local_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, {"memry": 4096}, "machine.local.yml")
    with pytest.raises(WorkshopError, match=r"machine\.local\.yml: unknown: memry; known are .*memory"):
        load_machine(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"memory": "2 GB"}, "memory must be a whole number from 512 to 65536, not '2 GB'"),
        ({"memory": 100}, "memory must be"),
        ({"cpus": True}, "cpus must be a whole number"),
        ({"name": "My Box"}, "name must be small letters"),
        ({"forwards": 8080}, "forwards must be a list"),
        ({"forwards": [8080]}, "each must have name, guest and host"),
        ({"forwards": [{"name": "a", "guest": 80}]}, "forwards: host missing"),
        ({"forwards": [{"name": "a", "guest": 80, "host": 80}]}, "host must be a whole number from 1024"),
        ({"forwards": [GOOD["forwards"][0], {"name": "b", "guest": 1, "host": 8080}]}, "same host: 8080"),  # type: ignore[index]
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(WorkshopError, match=said):
        load_machine(write(tmp_path, {**GOOD, **change}))


@pytest.mark.parametrize("text", ["", "- a", "workshop_machine: 3", "a: b: c"])
def test_a_file_that_is_something_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "machine.yml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkshopError, match=r"machine\.yml"):
        load_machine(tmp_path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="cannot read"):
        load_machine(tmp_path)
