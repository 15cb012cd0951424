"""A machine that updates itself; it needs root's podman and tools/testbed/cgroup2.bash."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines.local.bed import record
from updating import UpdatingMachine


@pytest.fixture(scope="session")
def vm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpdatingMachine]:
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("needs root's podman")
    folder = Path(tmp_path_factory.mktemp("organiser", numbered=True))
    for above in list(folder.parents)[:2]:
        above.chmod(0o755)  # the machine's accounts read what root's pytest keeps to itself
    vm = UpdatingMachine(folder)
    vm.start()
    try:
        done = vm.set_up()
        assert done.status == 0, done.text
        record("sync: set-up of a machine that updates itself, warm downloads", done.seconds)
        yield vm
    finally:
        vm.bed.stop()
