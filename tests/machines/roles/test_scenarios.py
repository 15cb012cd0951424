"""``molecule test``: site.yml on bare machines with systemd, twice, and what every machine must do."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from local_machine import have_downloads

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.machine, pytest.mark.xdist_group("molecule")]


def molecule_test(*words: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root's podman: tools/test.bash as root")
    have_downloads()
    done = subprocess.run(
        ["molecule", "test", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    # Thousands of lines come before those that say what failed.
    said = [line for line in done.stdout.splitlines() if re.search("FAILED|ERROR|fatal:|│ E  ", line)]
    assert done.returncode == 0, "\n".join(said)


@pytest.mark.slow
def test_debian_and_the_fedora_look_alike() -> None:
    molecule_test()


@pytest.mark.release
def test_debian_12() -> None:
    molecule_test("--scenario-name", "debian12")
