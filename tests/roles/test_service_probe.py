"""The module that tells whether a service runs as it should."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_module import load_module, run_module

service_probe = load_module("roles/managed-service/library/service_probe.py")

LISTEN = (
    "import socket, sys, time; s = socket.create_server(('127.0.0.1', 0)); "
    "print(s.getsockname()[1], flush=True); time.sleep(600)"
)


@pytest.fixture
def listener() -> Iterator[tuple[int, int]]:
    """A process that listens on a port: (port, pid)."""
    process = subprocess.Popen([sys.executable, "-c", LISTEN], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.kill()
        process.wait()


def probe(port: int, prefix: Path, **files: str) -> dict[str, Any]:
    return run_module(
        "roles/managed-service/library/service_probe.py",
        port=port,
        service="workshop-thing",
        prefix=str(prefix),
        files=files,
    )


def adopt(prefix: Path) -> None:
    """Make this process the supervisor of the prefix, as its file of the process id tells."""
    (prefix / "run").mkdir()
    (prefix / "run" / "supervisord.pid").write_text(f"{os.getpid()}\n")


def test_a_free_port_is_not_current(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    result = probe(port, tmp_path)
    assert (result["changed"], result["current"], result["stale"]) == (False, False, False)


def test_a_foreign_listener_is_named(listener: tuple[int, int], tmp_path: Path) -> None:
    port, pid = listener
    result = probe(port, tmp_path)
    assert result["failed"]
    assert str(port) in result["msg"]
    assert f"pid {pid}" in result["msg"]
    assert "\n" not in result["msg"]


def test_finds_who_listens(listener: tuple[int, int]) -> None:
    port, pid = listener
    sockets = service_probe.listening_sockets(port)
    assert list(sockets.values()) == [os.getuid()]
    assert service_probe.holder(sockets) == pid
    assert service_probe.parents(pid)[:2] == [pid, os.getpid()]


def test_knows_when_a_process_was_started(listener: tuple[int, int]) -> None:
    assert abs(time.time() - service_probe.started(listener[1])) < 30


@pytest.fixture
def pretend_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this test's process for supervisord."""
    real = service_probe.read

    def read(path: Path) -> str:
        return "supervisord" if path.name == "cmdline" else str(real(path))

    monkeypatch.setattr(service_probe, "read", read)


@pytest.mark.usefixtures("pretend_supervisor")
def test_a_child_of_the_prefixs_supervisor_is_its_own(listener: tuple[int, int], tmp_path: Path) -> None:
    assert not service_probe.is_own(listener[1], "workshop-thing", str(tmp_path))
    adopt(tmp_path)
    assert service_probe.is_own(listener[1], "workshop-thing", str(tmp_path))


@pytest.mark.usefixtures("pretend_supervisor")
def test_a_hidden_listener_is_stood_for_by_a_process_of_its_user(
    listener: tuple[int, int], tmp_path: Path
) -> None:
    adopt(tmp_path)
    sockets = service_probe.listening_sockets(listener[0])
    assert service_probe.stand_in(sockets, "workshop-thing", str(tmp_path)) == listener[1]
    assert service_probe.stand_in({"0": os.getuid() + 1}, "workshop-thing", str(tmp_path)) is None


def test_a_unit_owns_what_its_control_group_names(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "cgroup").write_text("0::/system.slice/workshop-thing.service\n")
    assert service_probe.is_own(7, "workshop-thing", "/nowhere", tmp_path)
    assert not service_probe.is_own(7, "workshop-other", "/nowhere", tmp_path)


def test_the_content_decides(tmp_path: Path) -> None:
    file = tmp_path / "unit"
    file.write_text("text")
    assert service_probe.content_is(str(file), hashlib.sha256(b"text").hexdigest())
    assert not service_probe.content_is(str(file), hashlib.sha256(b"other").hexdigest())
    assert not service_probe.content_is(str(tmp_path / "missing"), "")


def test_a_process_older_than_its_files_is_stale(listener: tuple[int, int], tmp_path: Path) -> None:
    file = tmp_path / "unit"
    file.write_text("text")
    began = service_probe.started(listener[1])
    for offset, stale in ((-60.0, False), (service_probe.CLOCK_SLACK / 2, False)):
        os.utime(file, (began + offset, began + offset))
        assert service_probe.is_stale(listener[1], {str(file): ""}) is stale
    # A file from the future tells nothing: the clock was wrong.
    os.utime(file, (time.time() + 3600, time.time() + 3600))
    assert not service_probe.is_stale(listener[1], {str(file): ""})


def test_a_file_written_after_the_start_makes_it_stale(tmp_path: Path) -> None:
    file = tmp_path / "unit"
    file.write_text("text")
    os.utime(file, (time.time() - 1, time.time() - 1))
    # Process 1 of this machine began before this test did.
    if service_probe.started(1) > time.time() - 10:
        pytest.skip("this machine has only just started")
    assert service_probe.is_stale(1, {str(file): ""})
