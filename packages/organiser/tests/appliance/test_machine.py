"""machine.yml is read, and each mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from organiser.appliance.machine import load_machine
from workshop.core.errors import WorkshopError

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


def test_the_local_file_wins_key_by_key(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    machine = load_machine(write(tmp_path, {"memory": 4096}, "machine.local.yml"))
    assert (machine.memory, machine.cpus) == (4096, 2)


def test_a_misspelt_key_of_the_local_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, {"memry": 4096}, "machine.local.yml")
    with pytest.raises(WorkshopError, match=r"machine\.local\.yml: unknown: memry; known: .*memory"):
        load_machine(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"memory": "2 GB"}, "memory must be a whole number from 512 to 65536, not '2 GB'"),
        ({"name": "My Box"}, "name must be small letters"),
        ({"forwards": [{"name": "a", "guest": 80}]}, "forwards: host missing"),
        ({"forwards": [{"name": "a", "guest": 80, "host": 80}]}, "host must be a whole number from 1024"),
        ({"forwards": [GOOD["forwards"][0], {"name": "b", "guest": 1, "host": 8080}]}, "same host: 8080"),  # type: ignore[index]
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(WorkshopError, match=said):
        load_machine(write(tmp_path, {**GOOD, **change}))
