"""TensorBoard behind the check of the Host header."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tensorboard")

from workshop.web.tensorboard import split


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a TensorBoard that listens on every address, as in the virtual machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    logs = tmp_path_factory.mktemp("logs")
    command = [sys.executable, "-m", "workshop.web.tensorboard", f"--logdir={logs}", f"--port={number}"]
    command += ["--host=0.0.0.0", "--load_fast=false", "--allow-host", "lab-07.example"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(number, process)
            yield number
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    # On a machine where much else runs it has taken more than a minute.
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        assert process.poll() is None, "TensorBoard ended"
        with contextlib.suppress(OSError):
            if ask(port, "localhost") == 200:
                return
        time.sleep(0.1)
    raise AssertionError("TensorBoard did not answer within four minutes")


def ask(port: int, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", "/data/runs", headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8081", 200),
        ("127.0.0.1", 200),
        ("192.168.1.17:8081", 200),
        ("lab-07.example", 200),
        (socket.gethostname(), 200),
        ("evil.example", 403),
        ("localhost.evil.example:8081", 403),
        ("", 403),
    ],
)
def test_only_the_machines_own_names_are_answered(port: int, host: str, status: int) -> None:
    assert ask(port, host) == status


def test_the_memory_killer_knows_it_by_its_name(port: int) -> None:
    names = [path.read_text().strip() for path in Path("/proc").glob("[0-9]*/comm") if _runs_on(path, port)]
    assert names == ["tensorboard"]


def _runs_on(comm: Path, port: int) -> bool:
    try:
        return f"--port={port}" in (comm.parent / "cmdline").read_text()
    except OSError:
        return False


def test_its_own_option_is_taken_out() -> None:
    words = ["--logdir=x", "--allow-host", "a.example", "--port=1", "--allow-host=b.example"]
    assert split(words) == (["a.example", "b.example"], ["--logdir=x", "--port=1"])
