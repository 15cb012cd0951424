"""Another package manager is at work while the workshop wants to install something."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "roles/base-fedora/files/package-lock.bash"
HOLDER = """\
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    input()
"""
LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 12 (apt-get)"


@contextlib.contextmanager
def held(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold a lock as apt does, until the process is told to end by a line."""
    command = [sys.executable, "-c", HOLDER, lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            if holder.poll() is None:
                holder.communicate("\n")


def start(lock: Path, *words: str | Path) -> subprocess.Popen[str]:
    """Start the script on one lock of our own."""
    return subprocess.Popen(
        ["bash", SCRIPT, *words],
        env={**os.environ, "PACKAGE_LOCK_FILES": str(lock)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock that nobody holds."""
    file = tmp_path / "lock-frontend"
    file.touch()
    return file


def test_holder_is_named(lock: Path) -> None:
    with held(lock) as holder:
        assert start(lock, "who").communicate()[0].startswith(f"process {holder.pid} (")


def test_patience_ends_with_one_line(lock: Path) -> None:
    with held(lock) as holder:
        script = start(lock, "wait", "0")
        told = script.communicate()[0]
    assert script.returncode != 0
    assert re.fullmatch(
        rf"another package manager is still at work: process {holder.pid} \(.*\); .*run this again\n", told
    )


def test_command_runs_after_the_holder_has_ended(lock: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with held(lock) as holder:
        script = start(lock, "run", "600", "touch", mark)
        assert script.stdout
        first = script.stdout.readline()
        assert f"process {holder.pid} (" in first and "waiting" in first
        assert not mark.exists()
        holder.communicate("\n")
        assert script.wait() == 0
    assert mark.exists()


def test_another_one_that_came_first_is_waited_for(lock: Path, tmp_path: Path) -> None:
    """Between looking and running somebody else may take the lock."""
    tries = tmp_path / "tries"
    command = f"echo >> {tries}; [ $(wc -l < {tries}) = 3 ] || {{ echo '{LOCKED}' >&2; exit 100; }}"
    script = start(lock, "run", "600", "bash", "-c", command)
    assert script.communicate()[0] == ""
    assert script.returncode == 0


def test_any_other_failure_is_passed_on_at_once(lock: Path, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    script = start(
        lock, "run", "600", "bash", "-c", f"echo >> {tries}; echo 'E: no such package' >&2; exit 100"
    )
    assert script.communicate()[0] == "E: no such package\n"
    assert script.returncode == 100
    assert tries.read_text().count("\n") == 1


@pytest.mark.skipif(not shutil.which("apt-get"), reason="needs apt")
def test_apt_itself_waits_for_its_lists(tmp_path: Path) -> None:
    """apt has a patience of its own, but not for the lists."""
    lists, tries = tmp_path / "lists", tmp_path / "tries"
    (lists / "partial").mkdir(parents=True)
    options = [
        f"-oDir::State::Lists={lists}",
        "-oDir::Etc::SourceList=/dev/null",
        "-oDir::Etc::SourceParts=/dev/null",
    ]
    options += [f"-oDir::Cache={tmp_path}", "-oDPkg::Lock::Timeout=600", "-oAPT::Sandbox::User="]
    with held(lists / "lock") as holder:
        # The script looks at a lock that is free: what apt says must do.
        command = f'echo >> {tries}; exec apt-get "$@"'
        script = start(tmp_path / "none", "run", "600", "bash", "-c", command, "apt", *options, "update")
        wait_until(lambda: tries.exists() and tries.read_text().count("\n") > 1, 60, "a second try")
        holder.communicate("\n")
        output = script.communicate()[0]
    assert script.returncode == 0, output


def tracked(*patterns: str) -> list[Path]:
    """The repository's files of these patterns."""
    done = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in done.stdout.splitlines()]


def tasks(node: object) -> Iterator[dict[str, object]]:
    """Every task of a playbook or of a file of tasks, within blocks too."""
    if isinstance(node, list):
        for item in node:
            yield from tasks(item)
    elif isinstance(node, dict):
        yield node
        for key in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"):
            yield from tasks(node.get(key))


def test_every_package_task_waits() -> None:
    variables = yaml.safe_load((ROOT / "roles/base-fedora/vars/main.yml").read_text(encoding="utf-8"))
    locked = variables["__base_fedora_locked"]
    found = 0
    for file in tracked("*.yml"):
        for task in tasks(yaml.safe_load(file.read_text(encoding="utf-8"))):
            for module in ("package", "apt", "dnf", "dnf5"):
                if f"ansible.builtin.{module}" in task:
                    found += 1
                    assert "lock_timeout" in str(task), f"{file}: {task.get('name')}"
                    # Not always: where apt's module lacks python3-apt, it installs that at once.
                    tried = str(task.get("until"))
                    assert "__base_fedora_locked" in tried or locked in tried, f"{file}: {task.get('name')}"
    assert found >= 3


def test_check_mode_installs_nothing() -> None:
    """What asks who else is installing is no part of check mode, so neither is whatever includes it."""
    found = 0
    for file in sorted((ROOT / "roles").glob("*/tasks/*.yml")):
        for task in tasks(yaml.safe_load(file.read_text(encoding="utf-8"))):
            if "base_fedora_install" in task.get("vars", {}):
                found += 1
                assert "not ansible_check_mode" in str(task.get("when")), f"{file}: {task['name']}"
    assert found >= 5


def test_every_script_waits() -> None:
    """By the script, or where there is no checkout by apt's own patience.

    An apt that works in a folder of its own has nobody to wait for.
    """
    call = re.compile(r"(?<![\w-])(apt-get|dnf)( -\S+)* (update|install|upgrade|remove)\b")
    harmless = r"^\s*#|chroot|simulate|private_apt|\b(die|fail|skip|echo|say) "
    lines = [
        (file, line.strip())
        for file in tracked("*.bash", "*.sh")
        for line in file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        if call.search(line) and not re.search(harmless, line)
    ]
    assert lines
    for file, line in lines:
        assert re.search(r"\balone\b|package-lock\.bash", line), f"{file}: {line}"
