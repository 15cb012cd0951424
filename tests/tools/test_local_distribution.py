"""Local mode by distribution: which are refused, with which Python it begins, where the test bed gets one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from workshop.machine import hardware

ROOT = Path(__file__).resolve().parents[2]
BASE = yaml.safe_load((ROOT / "roles/base-fedora/vars/main.yml").read_text())
CHECK = f"""\
set -euo pipefail
root={ROOT}
source {ROOT}/tools/bootstrap.bash
source {ROOT}/inventories/local/distribution.bash
source {ROOT}/inventories/local/packages.bash
check_distribution "$1"
echo "$distribution $family $major $(basename "$(role_file)")"
"""
DEBIAN = """\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
ALMA = """\
NAME="AlmaLinux"
VERSION="9.6 (Sage Margay)"
ID="almalinux"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.6"
PLATFORM_ID="platform:el9"
"""


def short(system: str, version: str) -> str:
    return f'ID={system}\nVERSION_ID="{version}"\n'


def check(folder: Path, release: str | None) -> tuple[int, str]:
    """Have set-up look at an /etc/os-release; None: there is none."""
    file = folder / "os-release"
    if release is not None:
        file.write_text(release)
    done = subprocess.run(
        ["bash", "-c", CHECK, "setup.bash", file], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("release", "chosen"),
    [
        (DEBIAN, "Debian Debian 12 Debian.yml"),
        (short("debian", "13"), "Debian Debian 13 Debian.yml"),
        (short("ubuntu", "24.04"), "Ubuntu Debian 24 Debian.yml"),
        (short("ubuntu", "26.04"), "Ubuntu Debian 26 Debian.yml"),
        (ALMA, "AlmaLinux RedHat 9 RedHat-9.yml"),
        (short("almalinux", "10.1"), "AlmaLinux RedHat 10 RedHat.yml"),
        (short("rhel", "9.4"), "RedHat RedHat 9 RedHat-9.yml"),
        (short("rhel", "10.0"), "RedHat RedHat 10 RedHat.yml"),
        (short("fedora", "42"), "Fedora RedHat 42 Fedora.yml"),
        (short("fedora", "51"), "Fedora RedHat 51 Fedora.yml"),
    ],
)
def test_these_are_set_up(tmp_path: Path, release: str, chosen: str) -> None:
    assert check(tmp_path, release) == (0, f"{chosen}\n")


@pytest.mark.parametrize(
    ("release", "name"),
    [
        (short("debian", "11"), "debian 11"),
        (short("debian", "14"), "debian 14"),
        ("ID=debian\n", "debian "),
        (short("ubuntu", "24.10"), "ubuntu 24.10"),
        (short("ubuntu", "22.04"), "ubuntu 22.04"),
        (short("rhel", "8.10"), "rhel 8.10"),
        (short("almalinux", "90"), "almalinux 90"),
        (short("fedora", "41"), "fedora 41"),
        (short("fedora", "rawhide"), "fedora rawhide"),
        (short("deb", "12"), "deb 12"),
        (None, "unknown "),
    ],
)
def test_the_others_are_refused_in_one_line(tmp_path: Path, release: str | None, name: str) -> None:
    said = f"setup.bash: this is {name}; the workshop runs on {BASE['__base_fedora_machines_named']}\n"
    assert check(tmp_path, release) == (1, said)


def test_the_doctor_knows_the_same_machines() -> None:
    machines = {each["id"]: each for each in BASE["__base_fedora_machines"]}
    assert int(machines.pop("fedora")["oldest"]) == hardware.FEDORA_OLDEST
    assert {name: tuple(each["versions"]) for name, each in machines.items()} == hardware.SYSTEMS
    assert BASE["__base_fedora_machines_named"] == hardware.SYSTEMS_NAMED


@pytest.fixture
def pythons(tmp_path: Path) -> Path:
    """The only folder in which a Python is looked for."""
    return tmp_path


def add(folder: Path, **versions: int) -> None:
    """Add interpreters that say of themselves that they are new enough (0) or not (1)."""
    for name, status in versions.items():
        file = folder / name.replace("_", ".")
        # What python3 is may be another file; it says which.
        file.write_text(f'#!/bin/sh\necho "$0" >>{folder}/asked\necho /real/{file.name}\nexit {status}\n')
        file.chmod(0o755)


def found(folder: Path) -> str:
    script = f'PATH={folder}; find_python || echo none; echo "${{PYTHON##*/}}"'
    done = subprocess.run(
        ["bash", "-euc", f"source {ROOT}/tools/bootstrap.bash; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_systems_python_comes_first(pythons: Path) -> None:
    add(pythons, python3=0, python3_12=0)
    assert found(pythons) == "python3"


def test_an_older_one_is_passed_over(pythons: Path) -> None:
    """Enterprise Linux 9: python3 is 3.9, and python3.11 lies beside it."""
    add(pythons, python3=1, python3_11=0)
    assert found(pythons) == "python3.11"


def test_none_is_said_to_be_none(pythons: Path) -> None:
    assert found(pythons) == "none"
    add(pythons, python3=1)
    assert found(pythons) == "none"
