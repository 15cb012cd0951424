from __future__ import annotations

import itertools
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from local_machine import torch_folder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from organiser.appliance.architecture import ARCHITECTURES
from organiser.thumbdrive import wheels
from organiser.thumbdrive.contents import load_contents
from organiser.thumbdrive.wheels import environment_of, tags_of, wheels_for
from workshop.core.errors import WorkshopError
from workshop.core.settings import find_checkout

LOCKS = next(part for part in load_contents() if part.name == "wheels").more["locks"]
SOURCES = ("theano", "lasagne")
"""What there is as a source package only, which is built on either processor alike."""
HASH = "{ sha256 = '" + "0" * 64 + "' }"


def file(name: str) -> str:
    return f"{{ url = 'https://example.org/{name}', size = 7, hashes = {HASH} }}"


PYLOCK = f"""\
lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.11"

[[packages]]
name = "compiled"
version = "1.0"
wheels = [
  {file("compiled-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")},
  {file("compiled-1.0-cp313-cp313-manylinux_2_28_x86_64.whl")},
  {file("compiled-1.0-cp311-cp311-macosx_11_0_arm64.whl")},
  {file("compiled-1.0-cp311-cp311-win_amd64.whl")},
  {file("compiled-1.0-cp311-cp311-manylinux_2_39_aarch64.whl")},
  {file("compiled-1.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl")},
]

[[packages]]
name = "plain"
version = "2.0"
sdist = {file("plain-2.0.tar.gz")}
wheels = [{file("plain-2.0-py3-none-any.whl")}]

[[packages]]
name = "source"
version = "3.0"
sdist = {file("source-3.0.tar.gz")}

[[packages]]
name = "appnope"
version = "1.0"
marker = "sys_platform == 'darwin'"
wheels = [{file("appnope-1.0-py3-none-any.whl")}]

[[packages]]
name = "onlyarm"
version = "1.0"
marker = "platform_machine == 'aarch64'"
wheels = [{file("onlyarm-1.0-py3-none-any.whl")}]

[[packages]]
name = "old"
version = "1.0"
marker = "python_full_version < '3.12'"
wheels = [{file("old-1.0-py3-none-any.whl")}]
"""


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock about which uv tells what stands above; it is asked once."""
    asked: list[Path] = []

    def compiled(lock: Path, uv: str, offline: bool) -> str:
        asked.append(lock)
        assert len(asked) == 1
        return PYLOCK

    monkeypatch.setattr(wheels, "_compiled", compiled)
    (tmp_path / "x.txt").write_text("compiled==1.0\n")
    return tmp_path / "x.txt"


def names(lock: Path, *pythons: str, processors: Sequence[str] = ("amd64",)) -> list[str]:
    wanted = wheels_for(lock, pythons, processors, "uv", lock.parent, offline=False)
    return [each.name for each in wanted]


def test_for_each_package_the_file_that_linux_takes(lock: Path) -> None:
    assert names(lock, "3.11") == [
        "compiled-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "old-1.0-py3-none-any.whl",
        "plain-2.0-py3-none-any.whl",
        "source-3.0.tar.gz",
    ]
    both = names(lock, "3.11", "3.13")
    assert "compiled-1.0-cp313-cp313-manylinux_2_28_x86_64.whl" in both
    assert len(both) == 5


def test_for_both_processors_what_runs_on_either_is_one_file(lock: Path) -> None:
    arm = "compiled-1.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl"
    shared = ["plain-2.0-py3-none-any.whl", "source-3.0.tar.gz"]
    assert names(lock, "3.11", processors=["arm64"]) == [
        arm,
        "old-1.0-py3-none-any.whl",
        "onlyarm-1.0-py3-none-any.whl",
        *shared,
    ]
    both = names(lock, "3.11", processors=["amd64", "arm64"])
    assert both == sorted({*names(lock, "3.11"), *names(lock, "3.11", processors=["arm64"])})


def test_a_package_that_cannot_be_had_is_named(lock: Path) -> None:
    with pytest.raises(
        WorkshopError, match=r"x\.txt is not available for Python 3\.12 on .*amd64: .*compiled"
    ):
        names(lock, "3.12")
    with pytest.raises(WorkshopError, match=r"Python 3\.13 on Linux on arm64: .*compiled"):
        names(lock, "3.13", processors=["amd64", "arm64"])


def named(lock: Path, python: str, machine: str) -> set[str]:
    """Return the packages that a lock names for a machine, as an installer there reads it."""
    lines = re.findall(r"(?m)^([a-zA-Z0-9][^\\\n]*)", lock.read_text())
    wanted = [Requirement(line) for line in lines]
    there = dict(environment_of(python, machine))
    return {canonicalize_name(each.name) for each in wanted if not each.marker or each.marker.evaluate(there)}


@pytest.mark.network
@pytest.mark.parametrize("entry", LOCKS, ids=lambda entry: str(entry["lock"]))
def test_each_lock_is_complete_for_each_processor(
    entry: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each package one file that is right there, a source only where there is nothing but one."""
    if entry["lock"] == "pytorch":
        folder = torch_folder()
        if not folder:
            pytest.skip("network: PyTorch's index has the wheel")
        monkeypatch.setenv("WORKSHOP_TORCH", folder)
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not uv:
        pytest.skip("needs uv")
    lock = find_checkout("local/setup.bash") / "locks" / f"{entry['lock']}.txt"
    for processor, python in itertools.product(ARCHITECTURES.values(), entry["python"]):
        found = wheels_for(lock, [python], [processor.name], uv, tmp_path, offline=False)
        fits = set(tags_of(python, processor.machine))
        names = set()
        for wanted in found:
            assert wanted.files[0].sha256 in lock.read_text()
            if wanted.name.endswith(".whl"):
                name, _, _, tags = parse_wheel_filename(wanted.name)
                assert tags & fits, wanted.name
            else:
                name, _ = parse_sdist_filename(wanted.name)
                assert name in SOURCES
            names.add(name)
        assert names == named(lock, python, processor.machine)
