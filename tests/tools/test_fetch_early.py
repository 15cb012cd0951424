"""What the environments hold comes into uv's cache while Ansible starts, and our wheels are built."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_module import load_module
from waiting import wait_until

PROGRAM = Path(__file__).resolve().parents[2] / "tools/fetch-early.py"
PACKAGES = PROGRAM.parents[1] / "packages"
OURS = ("workshop", "bubblebreaker")
NAMES = ("jupyter", "theano", "tensorflow")
BUILDS = 'case $1 in build) touch "$6/made-1-py3-none-any.whl" ;; esac'
"""What a uv does that builds: the sixth word is where to."""
begun = load_module("module_utils/begun.py")
project_wheels = load_module("module_utils/project_wheels.py")
VERSION = ".".join(platform.python_version_tuple()[:2])


class Machine:
    """A machine whose uv notes how it is called, and does what ``does`` says."""

    def __init__(self, folder: Path, does: str, knows: str = "") -> None:
        # A Python with C headers, which the one of these tests may not have.
        self.python = folder / "python"
        self.python.write_text(f"#!/bin/sh\nprintf '%s\\n' {VERSION}.0 {self.python} {folder}\n")
        self.python.chmod(0o755)
        (folder / "Python.h").touch()
        self.prefix, self.notes, self.uv = folder / "prefix", folder / "notes", folder / "uv"
        self.begun = self.prefix / "uv/begun"
        known = json.dumps([{"implementation": "cpython", "path": knows or str(self.python)}])
        self.uv.write_text(
            f"""#!/bin/sh
case $2 in list) echo '{known}'; exit ;; esac
echo "$(umask) $*" >>{self.notes}
case $1 in pip) mkdir -p "$4" ;; esac
{does}
"""
        )
        self.uv.chmod(0o755)

    def begin(self, offline: str = "", stick: Path | str = "") -> subprocess.Popen[bytes]:
        words = [self.uv, VERSION, self.prefix, offline, stick, *NAMES]
        return subprocess.Popen([sys.executable, "-I", PROGRAM, *map(str, words)], umask=0o077)

    def left(self) -> list[str]:
        return [path.name for path in (self.prefix / "uv").iterdir()]

    def calls(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []


@pytest.mark.parametrize(("offline", "asked"), [("", [True, False]), ("true", [True])])
def test_the_network_is_asked_for_what_the_cache_and_the_stick_lack(
    tmp_path: Path, offline: str, asked: list[bool]
) -> None:
    (tmp_path / "stick/wheels").mkdir(parents=True)
    machine = Machine(tmp_path, "case $* in *--offline) exit 2 ;; esac")
    assert machine.begin(offline, tmp_path / "stick").wait() == 0
    fetched = [rf"pip sync --target {machine.prefix}/uv/early-\d+/{name} " for name in NAMES]
    for what in (*fetched, *(f"build --quiet --wheel {PACKAGES}/{name} " for name in OURS)):
        calls = [call for call in machine.calls() if re.match(f"0022 {what}", call)]
        assert [call.endswith(" --offline") for call in calls] == asked
        assert all("--require-hashes" in call for call in calls)
    assert machine.left() == ["begun"]


def test_our_wheels_are_built_where_the_play_takes_them_from(tmp_path: Path) -> None:
    machine = Machine(tmp_path, BUILDS)
    assert machine.begin().wait() == 0
    for name in OURS:
        kept = machine.begun / "wheels" / project_wheels.source_digest(PACKAGES / name)
        assert [path.name for path in kept.iterdir()] == ["made-1-py3-none-any.whl"]
        assert kept.stat().st_mode & 0o777 == 0o755
    assert machine.begin().wait() == 0
    assert len([call for call in machine.calls() if " build " in call]) == 2


def test_no_wheel_stays_of_a_build_that_failed(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "exit 2")
    assert machine.begin().wait() == 0
    assert list((machine.begun / "wheels").iterdir()) == []


def test_what_a_killed_one_left_goes_unless_another_is_at_work(tmp_path: Path) -> None:
    machine = Machine(tmp_path, BUILDS)
    (machine.prefix / "uv/early-1/theano").mkdir(parents=True)
    with begun.begun(machine.begun, ["theano"]):
        assert machine.begin().wait() == 0
        assert sorted(machine.left()) == ["begun", "early-1"]
        assert [call for call in machine.calls() if "theano" in call] == []
    assert machine.begin().wait() == 0
    assert machine.left() == ["begun"]
    assert len([call for call in machine.calls() if "theano" in call]) == 1


def test_where_another_account_could_change_it_nothing_is_begun(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root looks at who could")
    machine = Machine(tmp_path, BUILDS)
    machine.begun.mkdir(parents=True)
    os.chown(machine.begun, 12345, -1)
    assert machine.begin().wait() == 0
    assert machine.calls() == []
    assert list(machine.begun.iterdir()) == []


def test_without_its_python_nothing_is_fetched(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "exit 0", knows="/nowhere/python")
    assert machine.begin().wait() == 0
    assert machine.calls() == []


def test_ended_early_it_ends_what_it_started(tmp_path: Path) -> None:
    machine = Machine(tmp_path, f"echo $$ >>{tmp_path}/pids; exec sleep 600")
    process, pids = machine.begin(), tmp_path / "pids"
    wait_until(lambda: pids.exists() and len(pids.read_text().splitlines()) == 2, 60, "both run")
    # Whoever wants the same waits.
    for name in ("wheels", *NAMES):
        with (machine.begun / f"{name}.lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    process.send_signal(signal.SIGTERM)
    assert process.wait() != 0
    begun.wait(machine.begun, "wheels")
    for pid in pids.read_text().split():
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), 60, "it has ended")
    assert machine.left() == ["begun"]
