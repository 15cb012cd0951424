"""Who has a service's port, as the module that keeps services asks."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_module import load_module

service_probe = load_module("module_utils/service_probe.py")

ME = pwd.getpwuid(os.getuid()).pw_name
LISTEN = (
    "import socket, sys, time; s = socket.create_server(('127.0.0.1', 0)); "
    "print(s.getsockname()[1], flush=True); time.sleep(600)"
)


@contextlib.contextmanager
def listening(prefix: Path, **options: Any) -> Iterator[tuple[int, int]]:
    """A process of an installation that listens on a port: (port, pid)."""
    command = ["/usr/bin/env", "python3", "-S", "-c", LISTEN, f"{prefix}/thing"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.kill()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[tuple[int, int]]:
    with listening(tmp_path) as found:
        yield found


def probe(port: int, prefix: Path) -> Any:
    return service_probe.probe(service(prefix), port, [])


def service(prefix: Path, uid: int | None = None, name: str = "workshop-thing") -> Any:
    return service_probe.Service(name, str(prefix), os.getuid() if uid is None else uid)


def adopt(prefix: Path) -> None:
    """Make this process the supervisor of the prefix, as its file of the process id tells."""
    (prefix / "run").mkdir()
    (prefix / "run" / "supervisord.pid").write_text(f"{os.getpid()}\n")


def test_a_free_port_is_nobodys(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    assert probe(port, tmp_path) == service_probe.Found(running=False, stale=False)


def test_a_foreign_listener_is_named(listener: tuple[int, int], tmp_path: Path) -> None:
    port, pid = listener
    with pytest.raises(service_probe.TakenError) as refused:
        probe(port, tmp_path)
    assert str(port) in str(refused.value)
    assert f"pid {pid}, of {ME}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_listener_of_another_account_is_named_with_it(tmp_path: Path) -> None:
    """Two people set up the same machine: the first one's server is not the second one's."""
    tmp_path.chmod(0o755)
    other = pwd.getpwnam("nobody")
    adopt(tmp_path)
    with (
        listening(tmp_path, user=other.pw_uid, env={"PATH": "/usr/bin:/bin"}, cwd="/") as (port, _),
        pytest.raises(service_probe.TakenError, match="of nobody"),
    ):
        probe(port, tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_listens_beside_the_service_is_named(tmp_path: Path, pretend_supervisor: None) -> None:
    """On ::1, which a browser asks first for "localhost", another account's page would be given the token."""
    tmp_path.chmod(0o755)
    adopt(tmp_path)
    beside = LISTEN.replace("'127.0.0.1', 0)", "'::1', int(sys.argv[1])), family=socket.AF_INET6")
    with listening(tmp_path) as (port, _):
        assert probe(port, tmp_path).running
        command = ["/usr/bin/env", "python3", "-S", "-c", beside, str(port)]
        other = pwd.getpwnam("nobody").pw_uid
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, user=other, env={"PATH": "/usr/bin:/bin"}, cwd="/"
        ) as process:
            assert process.stdout
            if not process.stdout.readline():
                pytest.skip("this machine has no IPv6")
            try:
                with pytest.raises(service_probe.TakenError, match="of nobody"):
                    probe(port, tmp_path)
            finally:
                process.kill()


@pytest.fixture
def pretend_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this test's process for supervisord."""
    real = service_probe.read

    def read(path: Path) -> str:
        return "supervisord" if path.parts[-2:] == (str(os.getpid()), "cmdline") else str(real(path))

    monkeypatch.setattr(service_probe, "read", read)


@pytest.mark.usefixtures("pretend_supervisor")
def test_a_child_of_the_prefixs_supervisor_is_its_own(listener: tuple[int, int], tmp_path: Path) -> None:
    assert not service(tmp_path).owns(listener[1])
    adopt(tmp_path)
    assert service(tmp_path).owns(listener[1])
    # Of another account, or of another installation, it is not, whatever lies in that one's folder.
    assert not service(tmp_path, os.getuid() + 1).owns(listener[1])
    other = tmp_path / "other"
    other.mkdir()
    adopt(other)
    assert not service(other).owns(listener[1])


@pytest.mark.usefixtures("pretend_supervisor")
def test_a_hidden_listener_is_stood_for_by_a_process_of_its_user(
    listener: tuple[int, int], tmp_path: Path
) -> None:
    adopt(tmp_path)
    sockets = service_probe.listening_sockets(listener[0])
    assert service_probe.stand_in(sockets, service(tmp_path)) == listener[1]
    assert service_probe.stand_in({"0": os.getuid() + 1}, service(tmp_path)) is None


def test_the_supervisors_number_is_neither_read_through_a_link_nor_waited_for(tmp_path: Path) -> None:
    """Its folder is the account's."""
    (tmp_path / "run").mkdir()
    (tmp_path / "secret").write_text("1\n")
    (tmp_path / "run/supervisord.pid").symlink_to(tmp_path / "secret")
    assert service_probe.supervisor_of(str(tmp_path)) == ""
    (tmp_path / "run/supervisord.pid").unlink()
    os.mkfifo(tmp_path / "run/supervisord.pid")
    assert service_probe.supervisor_of(str(tmp_path)) == ""


@pytest.mark.parametrize("slice_name", ["system.slice", "user.slice/user-7.slice/user@7.service/app.slice"])
def test_a_unit_owns_what_its_control_group_names(tmp_path: Path, slice_name: str) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "cgroup").write_text(f"0::/{slice_name}/workshop-thing.service\n")
    (tmp_path / "7" / "cmdline").write_text("/srv/w/venvs/jupyter/bin/python\0-m\0thing\0")
    assert service(Path("/srv/w")).owns(7, tmp_path)
    assert not service(Path("/srv/w"), name="workshop-other").owns(7, tmp_path)
    assert not service(Path("/srv/other")).owns(7, tmp_path)
    assert not service(Path("/srv") / "w", os.getuid() + 1).owns(7, tmp_path)


def test_a_process_older_than_its_files_is_stale(listener: tuple[int, int], tmp_path: Path) -> None:
    file = tmp_path / "unit"
    file.write_text("text")
    began = service_probe.started(listener[1])
    for offset, stale in ((-60.0, False), (service_probe.CLOCK_SLACK / 2, False)):
        os.utime(file, (began + offset, began + offset))
        assert service_probe.is_stale(listener[1], [str(file)]) is stale
    # A file from the future tells nothing: the clock was wrong.
    os.utime(file, (time.time() + 3600, time.time() + 3600))
    assert not service_probe.is_stale(listener[1], [str(file)])


def test_a_file_written_after_the_start_makes_it_stale(tmp_path: Path) -> None:
    file = tmp_path / "unit"
    file.write_text("text")
    os.utime(file, (time.time() - 1, time.time() - 1))
    # Process 1 of this machine began before this test did.
    if service_probe.started(1) > time.time() - 10:
        pytest.skip("this machine has only just started")
    assert service_probe.is_stale(1, [str(file)])
