"""An OVA is started under qemu, heard, and ended; waiting is tried on servers of our own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import waiting

from organiser.appliance.boot import Guest, booted
from organiser.appliance.pack import Clock, wrap
from workshop.core.errors import WorkshopError

from .building import DESCRIPTION, EPOCH, needs

GREETING = b"hello from the first sector\r\n"
# 16-bit code: write a text to the first serial port, then wait for ever.
#   cld; xor ax,ax; mov ds,ax; mov si,0x7c20; mov dx,0x3f8; lodsb; test al,al; jz halt; out dx,al; jmp lodsb
#   halt: hlt; jmp halt
CODE = bytes.fromhex("fc31c08ed8be207cbaf803ac84c07403eeebf8f4ebfd")
assert len(CODE) < 0x20
SECTOR = (CODE.ljust(0x20, b"\0") + GREETING + b"\0").ljust(510, b"\0") + b"\x55\xaa"


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OVA whose disk says one line to the serial port."""
    folder = tmp_path_factory.mktemp("speaking")
    raw = folder / "raw"
    raw.write_bytes(SECTOR.ljust(1 << 20, b"\0"))
    # A comma in a name means something to qemu.
    return wrap(raw, folder / "a, b.ova", DESCRIPTION, epoch=EPOCH, clock=Clock(lambda _: None)).ova


@needs("qemu-system-x86_64")
def test_the_machine_starts_from_the_ova_itself(speaking: Path, tmp_path: Path) -> None:
    before = speaking.read_bytes()
    with booted(speaking, folder=tmp_path / "log", memory=64, cpus=1) as guest:
        wait_until(lambda: GREETING.decode().strip() in guest.console())
        assert set(guest.ports) == {22, 8080}
        assert guest.port("ssh") == guest.ports[22] != 8282
        with pytest.raises(WorkshopError, match="no port is forwarded for x; forwarded: jupyter, ssh"):
            guest.port("x")
        with pytest.raises(WorkshopError, match="hello from the first sector"):
            guest.wait_for_port(22, seconds=1)
        process = guest._process
    assert process.poll() is not None
    assert speaking.read_bytes() == before
    assert (tmp_path / "log/serial.log").exists()


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    waiting.wait_until(holds, seconds, "what was waited for", every=0.1)


@needs("qemu-system-x86_64", "setpriv")
def test_the_machine_ends_with_the_program_that_started_it(speaking: Path, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time; from pathlib import Path\n"
        "from organiser.appliance.boot import booted\n"
        "with booted(Path(sys.argv[1]), memory=64, cpus=1) as guest:\n"
        "    while not guest.console(): time.sleep(0.1)\n"
        "    print(guest._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(speaking)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    wait_until(lambda: not _runs(pid), seconds=10)


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection with ``answer``; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[Guest]:
    """A machine of which only the process is real; its ports are put in by the tests."""
    process = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)
    (tmp_path / "serial.log").write_text("[ 1.0] kernel panic\n\n")
    yield Guest({}, {}, tmp_path / "serial.log", "tcg", process, tmp_path / "serial.log")
    process.kill()
    process.wait()


def test_a_server_that_greets(guest: Guest) -> None:
    with serving(lambda connection: connection.sendall(b"SSH-2.0-x\r\n")) as port:
        guest.ports[22] = port
        assert guest.wait_for_port(22, 5) < 5


def test_an_open_port_alone_is_no_greeting(guest: Guest) -> None:
    with serving(lambda _: None) as port:
        guest.ports[22] = port
        with pytest.raises(
            WorkshopError, match=r"port 22 of the guest did not answer in 1 s; it said: .*panic"
        ):
            guest.wait_for_port(22, 1)
