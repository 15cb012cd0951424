"""A root that runs: started by podman, always removed, and its faults told in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from organiser.appliance import container
from workshop.core.errors import WorkshopError

PODMAN = """#!/bin/sh
echo "$@" >>"$PODMAN_LOG"
if [ "$1" = rm ] && [ -e "$PODMAN_LOG.refuses" ]; then
  rm "$PODMAN_LOG.refuses"; echo "Error: netavark: setns: Invalid argument" >&2; exit 1
fi
case "$1 $3 $4" in
  "exec systemctl is-system-running") echo "$PODMAN_STATE" ;;
  "exec false "*) echo "TASK one"; echo "the disk is full"; exit 2 ;;
  "exec true "*) echo fine ;;
esac
"""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of a podman that only writes down what it is told."""
    podman = tmp_path / "bin/podman"
    podman.parent.mkdir()
    podman.write_text(PODMAN)
    podman.chmod(0o755)
    monkeypatch.setenv("PATH", f"{podman.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PODMAN_LOG", str(tmp_path / "podman.log"))
    monkeypatch.setenv("PODMAN_STATE", "degraded")
    return tmp_path / "podman.log"


def verbs(log: Path) -> list[str]:
    return [line.split()[0] for line in log.read_text().splitlines()]


def test_it_is_booted_used_shut_down_and_removed(tmp_path: Path, said: Path) -> None:
    mounts = [(tmp_path / "cache", "/opt/workshop/cache", "rw")]
    looks: list[bool] = []
    with container.running(tmp_path / "root", mounts) as machine:
        machine.run("true", "x", log=tmp_path / "log", watch=lambda: looks.append(True))
    assert looks, "it is looked at once at least"
    assert verbs(said) == ["rm", "run", "exec", "exec", "stop", "rm"]
    started = next(line for line in said.read_text().splitlines() if line.startswith("run"))
    assert f"--volume={tmp_path / 'cache'}:/opt/workshop/cache:rw" in started
    assert f"--rootfs {tmp_path / 'root'} /sbin/init" in started
    assert (tmp_path / "log").read_text() == "fine\n"


def test_a_command_that_fails_tells_its_last_line_and_the_root_is_removed_anyway(
    tmp_path: Path, said: Path
) -> None:
    with (
        pytest.raises(WorkshopError, match=r"^the disk is full \(all of it: .*log\)$"),
        container.running(tmp_path / "root") as machine,
    ):
        machine.run("false", "x", log=tmp_path / "log")
    assert verbs(said)[-1] == "rm"


def test_the_same_root_has_the_same_name_so_that_a_killed_build_leaves_nothing(
    tmp_path: Path, said: Path
) -> None:
    for _ in range(2):
        with container.running(tmp_path / "root"):
            pass
    names = {line.split()[-1] for line in said.read_text().splitlines() if line.startswith("rm")}
    assert len(names) == 1
    container.end_left_over(tmp_path / "root")
    last = said.read_text().splitlines()[-1]
    assert last.startswith("rm")
    assert last.split()[-1] in names


def test_what_a_killed_build_left_running_is_removed_although_podman_complains_once(
    tmp_path: Path, said: Path
) -> None:
    said.with_name(f"{said.name}.refuses").touch()
    with container.running(tmp_path / "root"):
        pass
    assert verbs(said)[:3] == ["rm", "rm", "run"]
