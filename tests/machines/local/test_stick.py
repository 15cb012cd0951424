"""Local mode from a thumb drive: a bare Debian that has no network and never had one.

WORKSHOP_TEST_ARCH=arm64 makes it one for Arm, emulated on another processor, with a stick for such computers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from bed import OURS, ROOT, Bed, Ran, record
from bed import USER as LEARNER

pytestmark = [pytest.mark.machine, pytest.mark.slow]

STICK = "/media/my stick"
"""A blank, as in the names that desktops give to sticks."""
# TensorFlow and PyTorch are most of what a stick's packages weigh, and install as the others do. The laptop
# shows that lessons are compiled in the background.
LESS = '{"python_venv_names": ["jupyter", "theano"], "deep_libs_kernels": ["theano"], "deep_libs_warm": "no"}'
ARM = os.environ.get("WORKSHOP_TEST_ARCH") == "arm64"
SLOWER = 8 if ARM else 1
"""How many times longer an emulated machine may take."""
USER = "root" if ARM else LEARNER
"""Emulated, sudo has not the rights of a program that belongs to root."""
SET_UP = f"bash '{STICK}/set-up-from-stick.bash' -e '{LESS}'"


def parts_for_local_mode() -> list[dict[str, Any]]:
    listed = yaml.safe_load((ROOT / "packages/organiser/src/organiser/thumbdrive/contents.yml").read_text())
    parts = {part["name"]: part for part in listed["parts"]}
    parts["wheels"]["locks"] = [
        each for each in parts["wheels"]["locks"] if each["lock"] not in ("tensorflow", "pytorch")
    ]
    return [parts[name] for name in ("repository", "data", "wheels", "debs")]


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What local mode needs on a stick; downloads are kept for the next time."""
    folder = tmp_path_factory.mktemp("stick")
    cache = Path(os.environ.get("WORKSHOP_TEST_CACHE", ROOT / ".cache/testbed"))
    work = cache / "thumbdrive"
    contents = folder / "contents.yml"
    contents.write_text(yaml.safe_dump({"parts": parts_for_local_mode()}))
    settings = folder / "workshop.toml"
    settings.write_text(f'cache = "{cache}"\ndata = "{work / "data-sets"}"\n')
    command = [sys.executable, "-m", "workshop", "stick", "stage", folder / "stage"]
    command += ["--contents", contents, "--work", work]
    # The weights of two networks are in no package registry.
    command += ["--allow-missing", *(["--for", "linux-arm"] if ARM else [])]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"WORKSHOP_CONFIG": str(settings)})
    return folder / "stage"


@pytest.fixture(scope="session")
def islet(staged: Path) -> Iterator[Bed]:
    """A machine on which nothing is installed, and that nothing but a stick ever reaches."""
    options = ["--network=none", f"--volume={staged}:{STICK}:ro"]
    bed = Bed(f"workshop-islet-{OURS}", options, user=USER, sees="no")
    bed.start()
    yield bed
    bed.stop()


@pytest.fixture(scope="session")
def set_up(islet: Bed) -> Ran:
    done = islet.run(SET_UP, seconds=1500 * SLOWER)
    assert done.status == 0, done.text
    record("local mode: set-up of a bare machine from a stick, without network", done.seconds)
    return done


def test_one_command_makes_the_workshop(islet: Bed, set_up: Ran) -> None:
    assert "Installing the system's packages from the stick" in set_up.text
    assert "127.0.0.1:8080" in set_up.text
    assert all(islet.listens(port) for port in (8080, 8081, 8082))


def test_theano_compiles_there(islet: Bed, set_up: Ran) -> None:
    program = "import theano, theano.tensor as T; x = T.vector(); "
    program += "print(theano.function([x], (x * 2).sum())([1, 2]))"
    prefix = "~/deep-learning-workshop/.workshop"
    settings = f"OPENBLAS_NUM_THREADS=1 THEANORC={prefix}/etc/theanorc"  # as in the kernel
    done = islet.run(f'{settings} {prefix}/venvs/theano/bin/python -c "{program}"')
    assert done.last_line == "6.0", done.text


def test_a_damaged_stick_installs_nothing(islet: Bed, set_up: Ran) -> None:
    islet.run("mkdir -p bad/debs && cd bad && touch workshop.bundle && echo nonesuch >debs/needed.txt")
    islet.run("cd bad && sha256sum debs/needed.txt >SHA256SUMS && echo sl >debs/needed.txt")
    islet.run(f"cp '{STICK}/set-up-from-stick.bash' bad")
    done = islet.run("bash bad/set-up-from-stick.bash")
    assert done.status == 1
    assert "the stick's debs/ is damaged; run verify.sh" in done.last_line


def test_a_folder_in_the_way_is_named(islet: Bed, set_up: Ran) -> None:
    islet.run("mkdir -p taken && touch taken/mine")
    done = islet.run(f"WORKSHOP_CHECKOUT=~/taken {SET_UP}")
    assert done.status == 1
    assert "taken is in the way" in done.last_line
