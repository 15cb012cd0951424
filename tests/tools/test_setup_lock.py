"""One set-up at a time, whatever a killed one has left: a short script in place of set-up, real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from waiting import alive, patience, wait_until

ROOT = Path(__file__).resolve().parents[2]
SET_UP = f"""\
set -euo pipefail
source {ROOT}/tools/bootstrap.bash
source {ROOT}/tools/setup-lock.bash
mark_set_up "${{BASH_SOURCE[0]}}" "$@"
wait_for_other_set_ups "$PREFIX/.lock" "${{PATIENCE:-900}}"
echo begun
eval "$1"
"""
WORK = "while [ ! -e $PREFIX/enough ]; do sleep 0.1; done"
"""Goes on until the test says so."""
SERVICE = f"env --unset=WORKSHOP_SETUP setsid bash -c '{WORK}' &"
# What Ansible does: a worker is forked, leads a group of its own, and hands in its result through a pipe
# which it could read itself; so it waits for ever when nobody else does.
ANSIBLE = """\
import os, subprocess, sys
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    with open(os.environ["PREFIX"] + "/worker", "w") as file:
        print(os.getpid(), file=file)
    subprocess.run(["bash", "-c", sys.argv[1]])
    open(os.environ["PREFIX"] + "/done", "w").close()
    os.write(writing, bytes(1 << 20))
os.wait()
"""


def until(condition: Callable[[], object]) -> None:
    wait_until(condition, 60, "what was waited for", every=0.05)


@dataclass
class SetUp:
    """One run of the script."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text()

    def begins(self) -> None:
        until(lambda: "begun" in self.text or self.process.poll() is not None)
        assert "begun" in self.text, self.text

    def waits(self) -> None:
        until(lambda: "waiting for it to end" in self.text)
        assert "begun" not in self.text

    def ends(self) -> None:
        assert self.process.wait(patience(60)) == 0, self.text

    def is_killed(self) -> None:
        """Kill the script alone, as a user's kill or the kernel would."""
        self.process.kill()
        self.process.wait()


@dataclass
class Machine:
    """A prefix, and who sets it up."""

    prefix: Path
    runs: list[SetUp] = field(default_factory=list)

    def set_up(self, work: str = "true", **variables: str) -> SetUp:
        log = self.prefix / f"log{len(self.runs)}"
        environment = os.environ | {"PREFIX": str(self.prefix)} | variables
        with log.open("w") as out:
            process = subprocess.Popen(
                ["bash", self.prefix / "setup.bash", work],
                env=environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.runs.append(SetUp(process, log))
        return self.runs[-1]

    def enough(self) -> None:
        (self.prefix / "enough").touch()

    def noted(self, name: str) -> int:
        """The process whose id was written to a file of this name."""
        until(lambda: (self.prefix / name).exists() and (self.prefix / name).read_text().strip())
        return int((self.prefix / name).read_text())


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """What is left behind ends with the test."""
    (tmp_path / "setup.bash").write_text(SET_UP)
    machine = Machine(tmp_path)
    yield machine
    mark = f"PREFIX={tmp_path}\0".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)
    for run in machine.runs:
        run.process.wait()


def test_a_second_set_up_waits_for_the_first_and_names_it(machine: Machine) -> None:
    first = machine.set_up(WORK)
    first.begins()
    second = machine.set_up()
    second.waits()
    assert f"process {first.process.pid} (bash " in second.text
    assert "at most 15 minutes" in second.text
    machine.enough()
    second.begins()
    second.ends()


def test_what_a_killed_set_up_left_at_work_is_waited_for(machine: Machine) -> None:
    first = machine.set_up(f"bash -c 'echo $$ >$PREFIX/worker; {WORK}'")
    worker = machine.noted("worker")
    first.is_killed()
    second = machine.set_up()
    second.waits()
    assert f"process {worker} (bash -c " in second.text
    machine.enough()
    second.begins()


def test_a_service_that_a_killed_set_up_left_is_not_waited_for(machine: Machine) -> None:
    first = machine.set_up(f"{SERVICE} echo $! >$PREFIX/service; {WORK}")
    service = machine.noted("service")
    first.is_killed()
    second = machine.set_up(WORK)
    second.begins()
    assert f"held by process {service} (" in second.text
    assert "not a set-up" in second.text
    # The service goes on, and the lock is one again.
    assert alive(service)
    third = machine.set_up()
    third.waits()
    assert f"process {second.process.pid} (bash " in third.text


def test_a_service_beside_a_set_up_at_work_changes_nothing(machine: Machine) -> None:
    first = machine.set_up(f"{SERVICE} echo $! >$PREFIX/service; {WORK}")
    machine.noted("service")
    second = machine.set_up()
    second.waits()
    assert f"process {first.process.pid} (bash " in second.text


def test_many_that_pass_a_service_by_work_one_after_the_other(machine: Machine) -> None:
    first = machine.set_up(f"{SERVICE} echo $! >$PREFIX/service; {WORK}")
    machine.noted("service")
    # Fails where another one is between the two.
    alone = "mkdir $PREFIX/alone; sleep 0.2; rmdir $PREFIX/alone"
    others = [machine.set_up(alone) for _ in range(6)]
    for other in others:
        until(lambda other=other: "waiting" in other.text)
    first.is_killed()
    for other in others:
        other.ends()


def test_a_worker_of_ansible_that_has_nothing_left_to_do_is_ended(machine: Machine) -> None:
    (machine.prefix / "ansible-playbook").write_text(ANSIBLE)
    first = machine.set_up(f"exec {sys.executable} $PREFIX/ansible-playbook true")
    worker = machine.noted("worker")
    until((machine.prefix / "done").exists)
    first.is_killed()
    second = machine.set_up()
    second.begins()
    assert f"Ending process {worker} (" in second.text
    assert "waiting" not in second.text
    assert not alive(worker)


def test_a_worker_of_ansible_that_is_at_work_is_waited_for(machine: Machine) -> None:
    (machine.prefix / "ansible-playbook").write_text(ANSIBLE)
    first = machine.set_up(f'exec {sys.executable} $PREFIX/ansible-playbook "touch $PREFIX/at-work; {WORK}"')
    worker = machine.noted("worker")
    until((machine.prefix / "at-work").exists)
    first.is_killed()
    second = machine.set_up()
    second.waits()
    assert f"process {worker} (" in second.text
    assert "running process" in second.text
    assert alive(worker)
    machine.enough()
    second.begins()


def test_ansible_whose_set_up_was_killed_goes_on_and_is_waited_for(machine: Machine) -> None:
    (machine.prefix / "ansible-playbook").write_text(ANSIBLE)
    first = machine.set_up(f'{sys.executable} $PREFIX/ansible-playbook "{WORK}"; true')
    worker = machine.noted("worker")
    first.is_killed()
    second = machine.set_up()
    second.waits()
    assert alive(worker)


def test_who_is_at_work_for_too_long_is_named(machine: Machine) -> None:
    first = machine.set_up(WORK)
    first.begins()
    second = machine.set_up(PATIENCE="0")
    assert second.process.wait(patience(60)) == 1
    assert second.text.count("\n") == 1
    assert f"process {first.process.pid} (bash " in second.text
    assert "end it and run this again" in second.text


def test_one_that_ends_itself_leaves_nothing_to_wait_for(machine: Machine) -> None:
    first = machine.set_up(WORK)
    first.begins()
    os.killpg(first.process.pid, signal.SIGTERM)
    first.process.wait()
    second = machine.set_up()
    second.ends()
    assert second.text == "begun\n"


def test_the_lock_is_nobody_elses(machine: Machine) -> None:
    """Another account could hold one that it can open, and no set-up would ever begin."""
    lock = machine.prefix / ".lock"
    lock.touch()
    lock.chmod(0o644)
    machine.set_up().ends()
    assert lock.stat().st_mode & 0o777 == 0o600


def test_a_link_in_place_of_the_lock_costs_nothing(machine: Machine) -> None:
    notes = machine.prefix / "notes"
    notes.write_text("mine\n")
    (machine.prefix / ".lock").symlink_to(notes)
    first = machine.set_up(WORK)
    first.begins()
    machine.set_up().waits()
    assert notes.read_text() == "mine\n"
