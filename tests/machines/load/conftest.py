"""One classroom for all rehearsals, made by its playbook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from machines.load.room import Room
from required import lacking

SEATS = 100


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    made = Room(tmp_path_factory.mktemp("load"))
    made.start()
    try:
        groups = "/sys/fs/cgroup"
        if made.bed.run(
            f"grep -qw memory {groups}/cgroup.controllers || test -d {groups}/memory/system.slice", "root"
        ).status:
            lacking("systemd has no memory controller here, so no limit of a seat bites")
        done = made.set_up(SEATS)
        assert done.status == 0, done.text
        yield made
    finally:
        made.stop()
