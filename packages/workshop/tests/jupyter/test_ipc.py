"""No other account hears a kernel: it has no port, and its sockets lie where nobody else can enter."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from workshop.core.errors import WorkshopError
from workshop.jupyter import ipc

from .serving import Jupyter, jupyter


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What was chosen for one test is not for the next."""
    ipc.socket_folder.cache_clear()
    yield
    ipc.socket_folder.cache_clear()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def connection_file(process: int) -> Path:
    """Return the connection file of the one kernel that a server runs."""
    words = [word for child in psutil.Process(process).children() for word in child.cmdline()]
    return Path(next(word for word in words if Path(word).name.startswith("kernel-")))


def require_unheard(connection: dict[str, object]) -> None:
    """Fail when another account could connect with the kernel."""
    assert connection["transport"] == "ipc"
    names = ("iopub_port", "shell_port", "stdin_port")
    sockets = [Path(f"{connection['ip']}-{connection[name]}") for name in names]
    for socket in sockets:
        assert socket.is_socket()
        assert mode(socket.parent) & 0o777 == 0o700
        assert socket.parent.stat().st_uid == os.geteuid()


def test_a_servers_kernel_has_sockets_of_its_own(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as page:
        assert page.run("print(6 * 7)") == "42\n"
        require_unheard(json.loads(connection_file(server.process).read_text()))
        ports = (
            "import psutil\n"
            "print([c.laddr.port for c in psutil.Process().net_connections('tcp') if c.status == 'LISTEN'])"
        )
        heard = page.run(ports)
    # What is left takes, and says nothing: prints of processes that the kernel forks come in there.
    assert len(json.loads(heard)) <= 1, heard


def test_a_prefix_that_is_too_long_for_sockets_works(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 150)
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    with jupyter(long, notebooks) as server:
        kernel = server.start()
        with server.page(kernel) as page:
            assert page.run("print(6 * 7)") == "42\n"
            connection = json.loads(connection_file(server.process).read_text())
            require_unheard(connection)
        folder = Path(str(connection["ip"])).parent
        assert not folder.is_relative_to(long)
    assert not folder.exists(), "the server takes it along"


def test_sockets_stay_in_the_runtime_folder_while_they_fit(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o755)
    assert ipc.socket_folder(runtime) == runtime
    assert mode(runtime) == 0o700


def test_a_folder_of_somebody_elses_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/tmp")
    chosen = ipc.socket_folder(tmp_path / "link")
    assert chosen != tmp_path / "link"
    assert mode(chosen) == 0o700
    assert mode(Path("/tmp")) & 0o1000


def test_no_short_folder_at_all_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ipc, "SHORT", ())
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("y" * 120)))
    with pytest.raises(WorkshopError, match="short path"):
        ipc.socket_folder(tmp_path / ("x" * 120))


def test_the_kernels_of_lessons_have_sockets_of_their_own() -> None:
    manager = ipc.OwnSockets(kernel_name="python3")

    async def start() -> None:
        await manager.start_kernel()
        try:
            client = manager.client()
            client.start_channels()
            await client.wait_for_ready(timeout=120)
            require_unheard(manager.get_connection_info())
            client.stop_channels()
        finally:
            await manager.shutdown_kernel(now=True)

    asyncio.run(start())
