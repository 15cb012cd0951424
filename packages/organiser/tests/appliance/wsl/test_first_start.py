"""The first start under WSL makes the account as its files have it, and what is there already stays."""

from __future__ import annotations

import importlib.util
import json
import tarfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from organiser.appliance.wsl import layout
from organiser.appliance.wsl.write import view, write_wsl

from ..building import EPOCH, make_appliance_root


@pytest.fixture
def first_start() -> ModuleType:
    from organiser.appliance import wsl

    assert wsl.__file__
    path = Path(wsl.__file__).with_name("first-start")
    loader = SourceFileLoader("first_start", str(path))
    spec = importlib.util.spec_from_loader("first_start", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A root as WSL unpacks it."""
    write_wsl(make_appliance_root(tmp_path / "root"), tmp_path / "a.wsl", epoch=EPOCH)
    with tarfile.open(tmp_path / "a.wsl") as tar:
        members = [each for each in tar if not each.ischr() and not each.isblk()]
        tar.extractall(tmp_path / "installed", members, filter="fully_trusted")
    return tmp_path / "installed"


def test_the_account_is_made_with_the_numbers_that_its_files_have(
    installed: Path, first_start: ModuleType
) -> None:
    done: list[list[str]] = []

    def run(command: list[str], **_: Any) -> None:
        done.append(command)

    assert first_start.make_account(installed, run) == "workshop"
    group, user = done
    assert group == ["groupadd", "--gid", "1000", "workshop"]
    assert user[0] == "useradd"
    assert user[-1] == "workshop"
    assert user[1:3] == ["--uid", "1000"]
    assert user[-3:-1] == ["--groups", "sudo"]
    done.clear()
    with (installed / "etc/passwd").open("a") as file:
        file.write("workshop:x:1000:1000::/home/workshop:/bin/bash\n")
    first_start.make_account(installed, run)
    assert done == []


def test_what_to_open_is_said(installed: Path, first_start: ModuleType) -> None:
    settings = json.loads((installed / first_start.SETTINGS).read_text()) | {"version": "1.2.3"}
    (installed / first_start.SETTINGS).write_text(json.dumps(settings))
    (installed / "opt/workshop/etc/token").write_text("abcd-efgh\n")
    said = first_start.announce(installed)
    assert "http://localhost:8082/" in said
    assert "abcd-efgh" in said


def test_the_programs_paths_are_those_of_the_layout(first_start: ModuleType) -> None:
    assert first_start.ACCOUNT == layout.ACCOUNT
    assert first_start.DONE in layout.WAITING


def test_a_root_is_seen_without_what_wsl_brings_or_makes(installed: Path, tmp_path: Path) -> None:
    there = {path.relative_to(installed).as_posix() for path in installed.rglob("*")}
    assert not any(path.startswith(("boot/", "usr/lib/modules/", "vmlinuz", "initrd")) for path in there)
    assert "etc/resolv.conf" not in there
    assert "workshop" not in (installed / "etc/passwd").read_text()
    assert (installed / "etc/group").read_text() == "root:x:0:\nsudo:x:27:\n"
    assert (installed / "home/workshop/notebooks/0-basics/lesson.ipynb").is_file()
    assert (installed / "usr/bin/hard").samefile(installed / "usr/bin/largest")
    assert (installed / "etc/systemd/system/systemd-resolved.service").readlink() == Path("/dev/null")
    wants = installed / "etc/systemd/system/multi-user.target.wants"
    assert [path.name for path in wants.iterdir()] == ["workshop-web.service"]
    assert "127.0.0.1" in (installed / "etc/systemd/system/workshop-web.service").read_text()
    # The root itself stays as it was: the other forms are made of it, too.
    assert "workshop" in (tmp_path / "root/etc/passwd").read_text()
    assert "0.0.0.0" in (tmp_path / "root/etc/systemd/system/workshop-web.service").read_text()
    assert view(tmp_path / "root").account["name"] == "workshop"
