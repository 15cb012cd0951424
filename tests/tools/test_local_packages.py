"""Local mode's system packages: sudo's password is typed once, and only where something is missing."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from waiting import patience

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "open sesame"
SCRIPT = f"""\
set -euo pipefail
root={ROOT}
no_lessons=${{NO_LESSONS:-}}
distribution=${{DISTRIBUTION:-Debian}} family=${{FAMILY:-Debian}} major=${{MAJOR:-13}}
source {ROOT}/tools/bootstrap.bash
source {ROOT}/inventories/local/root.bash
source {ROOT}/inventories/local/packages.bash
install_packages $(bootstrap_packages) $(role_packages)
PYTHON=$(command -v python3) UV=uv prefix=/nowhere interpreter=${{INTERPRETER:-}}
root_for_python
with_password ansible-playbook site.yml "$@"
"""
# Every command notes how it was called and what it found in its environment and on standard input.
NOTE = """printf '%s %s\\n' "${0##*/}" "$*" >>"$NOTES"; env >>"$NOTES.env"\n"""
SUDO = f"""\
read_password=; no_asking=
while :; do
  case $1 in
    -k) ;; -n) no_asking=1 ;; -S) read_password=1 ;; -p) shift ;; *) break ;;
  esac
  shift
done
if [ "$KIND" = nopasswd ]; then exec env -u ID "$@"; fi
if [ -n "$no_asking" ]; then echo "sudo: a password is required" >&2; exit 1; fi
if [ -n "$read_password" ]; then IFS= read -r typed; fi
if [ "$KIND" = stranger ]; then echo "me is not in the sudoers file." >&2; exit 1; fi
[ "$typed" = "{PASSWORD}" ] || {{ echo "sudo: 1 incorrect password attempt" >&2; exit 1; }}
exec "$@"
"""
FAKES = {
    "id": "case $1 in -u) echo 1000 ;; *) echo me ;; esac",
    "sudo": NOTE + SUDO,
    "apt-get": NOTE,
    "dnf": NOTE,
    "rpm": "case $INSTALLED in all) exit 0 ;; *) exit 1 ;; esac",
    "uname": "echo x86_64",
    "uv": """echo "[$INTERPRETERS]\"""",
    "dpkg-query": """case $INSTALLED in all) shift 2; printf '%s installed\\n' "$@" ;; *) exit 1 ;; esac""",
    "ansible-playbook": NOTE + 'case "$*" in *--become-password-file*) cat >"$NOTES.handed" ;; esac',
}


def a_python(folder: Path) -> str:
    """Return what uv says of a Python that has its C headers."""
    (folder / "include").mkdir(exist_ok=True)
    (folder / "include/Python.h").touch()
    python = folder / "python3.11"
    python.write_text(f"#!/bin/sh\nprintf '%s\\n' 3.11.9 {python} {folder}/include\n")
    python.chmod(0o755)
    return json.dumps({"implementation": "cpython", "path": str(python)})


@dataclass
class Machine:
    """A machine on which every command that matters is played."""

    folder: Path

    def __post_init__(self) -> None:
        for name, body in FAKES.items():
            (self.folder / name).write_text(f"#!/bin/bash\n{body}\n")
            (self.folder / name).chmod(0o755)

    def run(
        self, typed: str | None, *words: str, kind: str = "password", installed: str = "none", **more: str
    ) -> tuple[int, str]:
        """Run set-up's part at a terminal where somebody types; None: there is no terminal."""
        environment = {
            **os.environ,
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "NOTES": str(self.folder / "notes"),
        }
        environment |= {"KIND": kind, "INSTALLED": installed, "INTERPRETERS": a_python(self.folder), **more}
        keyboard, terminal = pty.openpty()
        with subprocess.Popen(
            ["bash", "-c", SCRIPT, "setup.bash", *words],
            stdin=subprocess.DEVNULL if typed is None else terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        ) as running:
            os.write(keyboard, (typed or "").encode())
            try:
                said = running.communicate(timeout=patience(60))[0]
            finally:
                # Else one that asks for more than was typed would be waited for without end.
                running.kill()
        os.close(keyboard)
        os.close(terminal)
        return running.returncode, said

    def notes(self, name: str = "notes") -> str:
        """What the commands noted."""
        file = self.folder / name
        return file.read_text() if file.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_password_is_typed_once_and_handed_to_ansible(machine: Machine) -> None:
    status, said = machine.run(f"{PASSWORD}\n")
    assert status == 0, said
    assert said.count("password for") == 1
    assert (
        "apt-get install --yes --no-install-recommends python3 python3-venv ca-certificates g++"
        in machine.notes()
    )
    assert machine.notes("notes.handed") == PASSWORD
    assert PASSWORD not in machine.notes() + machine.notes("notes.env") + said


def test_a_mistyped_password_is_asked_for_again(machine: Machine) -> None:
    status, said = machine.run(f"no\n{PASSWORD}\n")
    assert status == 0, said
    assert said.count("password for") == 2
    assert machine.notes("notes.handed") == PASSWORD


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("a\nb\nc\n", "password"), ("a\n", "stranger"), (None, "password"), (None, "stranger")],
)
def test_who_may_not_become_root_gets_one_line_with_all_packages(
    machine: Machine, typed: str | None, kind: str
) -> None:
    status, said = machine.run(typed, kind=kind)
    assert status == 1
    assert said.strip().splitlines()[-1] == (
        "setup.bash: missing packages; have an administrator run, as root: apt-get install --yes"
        " --no-install-recommends python3 python3-venv ca-certificates g++ libopenblas-dev git"
    )
    assert "ansible-playbook" not in machine.notes()


def test_a_machine_for_other_courses_needs_no_compiler(machine: Machine) -> None:
    _, said = machine.run(None, NO_LESSONS="true")
    assert said.strip().endswith("python3 python3-venv ca-certificates git")


def test_nothing_is_asked_where_nothing_is_missing(machine: Machine) -> None:
    status, said = machine.run("", installed="all")
    assert (status, said) == (0, "")
    assert machine.notes() == "ansible-playbook site.yml\n"


@pytest.mark.parametrize(("typed", "given"), [(None, ""), ("a\nb\nc\n", ""), (None, "/opt/python3.11")])
def test_a_python_may_come_without_root_too(machine: Machine, typed: str | None, given: str) -> None:
    status, said = machine.run(typed, installed="all", INTERPRETERS="", INTERPRETER=given)
    assert status == 0, said
    assert machine.notes().splitlines()[-1] == "ansible-playbook site.yml"


ALMA_9 = {"DISTRIBUTION": "AlmaLinux", "FAMILY": "RedHat", "MAJOR": "9"}
RHEL_10 = {"DISTRIBUTION": "RedHat", "FAMILY": "RedHat", "MAJOR": "10"}
FEDORA = {"DISTRIBUTION": "Fedora", "FAMILY": "RedHat", "MAJOR": "43"}


def test_enterprise_linux_has_its_python_and_its_repository(machine: Machine) -> None:
    status, said = machine.run(None, kind="nopasswd", **ALMA_9)
    assert status == 0, said
    assert [line for line in machine.notes().splitlines() if line.startswith("dnf ")] == [
        "dnf install --assumeyes dnf-plugins-core",
        "dnf config-manager --set-enabled crb",
        "dnf install --assumeyes python3.11 ca-certificates gcc-c++ openblas-devel git",
    ]


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (
            RHEL_10,
            "dnf install --assumeyes dnf-plugins-core"
            " && dnf config-manager --set-enabled codeready-builder-for-rhel-10-x86_64-rpms"
            " && dnf install --assumeyes python3 ca-certificates gcc-c++ openblas-devel git",
        ),
        (FEDORA, "dnf install --assumeyes python3 ca-certificates gcc-c++ openblas-devel git"),
    ],
)
def test_the_line_for_an_administrator_says_all_of_it(
    machine: Machine, where: dict[str, str], line: str
) -> None:
    status, said = machine.run(None, kind="stranger", **where)
    assert status == 1
    assert said.strip().splitlines()[-1].endswith(f"have an administrator run, as root: {line}")
