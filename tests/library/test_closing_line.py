"""The callback that says at the end, in one line, what failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def play(
    tmp_path: Path, tasks: str, hosts: str = "localhost", **environment: str
) -> subprocess.CompletedProcess[str]:
    playbook = tmp_path / "play.yml"
    playbook.write_text(f"- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n{tasks}")
    settings = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_HOME": str(tmp_path / "ansible")}
    return subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-i", f"{hosts},", playbook],
        env=os.environ | settings | environment,
        capture_output=True,
        text=True,
        check=False,
    )


FAILING = {
    "full": ("fail: {msg: 'the disk is full; free some'}", "the disk is full; free some"),
    "failing": ("command: {cmd: sh -c 'echo first >&2; echo the reason >&2; exit 3'}", "the reason"),
    "looping": ("fail: {msg: '{{ item }} is bad'}\n      loop: [one]", "one is bad"),
}


def test_the_last_line_of_each_machine_says_what_failed(tmp_path: Path) -> None:
    tasks = "".join(
        f"    - name: Do it\n      ansible.builtin.{task}\n      when: inventory_hostname == '{host}'\n"
        for host, (task, _) in FAILING.items()
    )
    done = play(tmp_path, tasks, hosts=",".join(FAILING))
    assert done.returncode == 2
    assert done.stdout.rstrip().splitlines()[-3:] == [
        f"{host}: Do it: {reason}" for host, (_, reason) in FAILING.items()
    ]


def test_a_rescued_failure_is_not_mentioned_and_the_seconds_of_each_task_are_written(tmp_path: Path) -> None:
    target = tmp_path / "timings.json"
    tasks = (
        "    - {name: Wait, ansible.builtin.command: sleep 0.5}\n    - ansible.builtin.debug: {msg: done}\n"
        "    - block:\n        - ansible.builtin.fail: {msg: never mind}\n"
        "      rescue:\n        - ansible.builtin.debug: {msg: fine}\n"
    )
    began = time.monotonic()
    done = play(tmp_path, tasks, WORKSHOP_TIMINGS=str(target))
    whole = time.monotonic() - began
    assert done.returncode == 0
    assert "never mind" not in done.stdout.rstrip().splitlines()[-1]
    timings = json.loads(target.read_text())
    assert [entry["task"] for entry in timings[:2]] == ["Wait", "ansible.builtin.debug"]
    assert timings[0]["seconds"] >= 0.5
    # Each has its own and not those of the tasks before it, however slow the machine is.
    assert sum(entry["seconds"] for entry in timings) <= whole
