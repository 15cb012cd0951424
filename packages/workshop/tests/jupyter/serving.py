"""A real Jupyter server with the settings that set-up writes, and a page's half of a kernel's talk."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from free_ports import free_port
from waiting import end, patience
from websocket import ABNF, create_connection

CHECKOUT = Path(__file__).resolve().parents[4]
ROLE = CHECKOUT / "roles/jupyter-service"
DEFAULTS = CHECKOUT / "packages/workshop/src/workshop/jupyter/labconfig/default_setting_overrides.json"
"""What JupyterLab's settings are unless a participant chooses otherwise."""
TOKEN = "for-tests-only-0123"
PATIENCE = 240.0
"""Seconds for which a page listens for what must come."""
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Jupyter:
    """A server that runs."""

    port: int
    process: int
    log: Path
    token: str = TOKEN

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with _OPENER.open(request, timeout=120) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def start(self, name: str = "python3") -> str:
        """Start a kernel; return its identity."""
        return str(self.ask("POST", "kernels", {"name": name})["id"])

    @contextlib.contextmanager
    def page(self, kernel: str) -> Iterator[KernelPage]:
        """Connect with a kernel as a notebook's page does."""
        session = uuid.uuid4().hex
        connection = create_connection(
            f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels?session_id={session}",
            header=[f"Authorization: token {self.token}"],
            timeout=60,
        )
        try:
            yield KernelPage(connection, session)
        finally:
            connection.close()


@dataclass
class KernelPage:
    """What a page sends to its kernel, and all that it hears."""

    socket: Any
    session: str
    heard: list[dict[str, Any]] = field(default_factory=list)

    def send(self, code: str) -> str:
        """Ask for a cell to be run; return the request's identity."""
        content = {"code": code, "silent": False, "store_history": False, "stop_on_error": True}
        return self.ask("execute_request", content)

    def ask(self, kind: str, content: dict[str, Any] | None = None) -> str:
        """Send a request; return its identity."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "test"}
        header |= {"session": self.session, "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content or {}}
        self.socket.send(json.dumps(message | {"channel": "shell"}))
        return header["msg_id"]

    def hear_until(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE
    ) -> dict[str, Any]:
        """Listen until a message is as wanted; return it.

        Raises AssertionError when none was for so long. The socket's own limit does not help: the server
        asks every half minute whether the page is still there.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.socket.sock], [], [], left)[0]:
                break
            if not (message := self._receive()):
                continue
            self.heard.append(message)
            if wanted(message):
                return message
        last = [(m["msg_type"], m["content"]) for m in self.heard[-8:]]
        raise AssertionError(f"not heard within {seconds:g} s; the last that was: {last}")

    def _receive(self) -> dict[str, Any] | None:
        """Receive a message, or one of the server's questions, which is answered."""
        kind, frame = self.socket.recv_data_frame(control_frame=True)
        if kind == ABNF.OPCODE_CLOSE:
            raise AssertionError(f"the server closed the connection: {frame.data!r}")
        return dict(json.loads(frame.data)) if kind == ABNF.OPCODE_TEXT else None

    def run(self, code: str) -> str:
        """Run a cell to its end; return what stands under it."""
        request = self.send(code)
        self.hear_until(lambda message: of(message, request) and state(message) == "idle")
        return self.under(request)

    def under(self, request: str) -> str:
        """Return the text that stands under the cell of a request."""
        streams = [m for m in self.heard if of(m, request) and m["msg_type"] == "stream"]
        return "".join(message["content"]["text"] for message in streams)


def of(message: dict[str, Any], request: str) -> bool:
    return message["parent_header"].get("msg_id") == request


def state(message: dict[str, Any]) -> str:
    return str(message["content"].get("execution_state", "")) if message["msg_type"] == "status" else ""


@contextlib.contextmanager
def jupyter(
    folder: Path,
    notebooks: Path,
    *,
    python: str = sys.executable,
    more: str = "",
    port: int = 0,
    **variables: str,
) -> Iterator[Jupyter]:
    """Run JupyterLab and Notebook 7 for ``notebooks``; ``folder`` takes all that they write.

    ``more`` are lines that follow those of the workshop in the server's settings; ``variables`` are its
    environment's. ``port`` is that of an earlier server of this folder, which comes back.
    """
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "token").write_text(TOKEN)
    (folder / "jupyter_server_config.py").write_text(settings(folder, notebooks, port) + more)
    (folder / "labconfig").mkdir(exist_ok=True)
    # Where the role puts the one, and instead of where the installed package has the other.
    for file in (ROLE / "files/page_config.json", DEFAULTS):
        shutil.copy(file, folder / "labconfig")
    without_node(folder / "bin")
    log = folder / "jupyter.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python, "-m", "jupyterlab"],
            cwd=notebooks,
            env=environment(folder) | variables,
            stdout=output,
            stderr=output,
        )
    try:
        server = Jupyter(port, process.pid, log)
        _wait(server, process)
        yield server
    finally:
        # A kernel that begins just now may hold it up; with its parent it ends, too.
        end(process)


def settings(folder: Path, notebooks: Path, port: int) -> str:
    """Return the server's settings as set-up writes them."""
    jinja = jinja2.Environment(
        undefined=jinja2.StrictUndefined, loader=jinja2.FileSystemLoader(ROLE / "templates")
    )
    jinja.filters["to_json"] = json.dumps
    return jinja.get_template("jupyter_server_config.py.j2").render(
        workshop_bind_address="127.0.0.1",
        workshop_jupyter_port=port,
        workshop_notebooks=str(notebooks),
        workshop_user="root" if os.geteuid() == 0 else "participant",
        jupyter_service_allowed_names=[],
        jupyter_service_max_kernels=6,
        jupyter_service_cull_idle_minutes=0,
        __jupyter_service_token_file=str(folder / "token"),
    )


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this account's own Jupyter is found."""
    own = {"HOME": folder, "JUPYTER_CONFIG_DIR": folder, "JUPYTER_RUNTIME_DIR": folder / "run"}
    own |= {"JUPYTER_DATA_DIR": folder / "share", "IPYTHONDIR": folder / "ipython"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTEST"))}
    kept["PATH"] = f"{folder / 'bin'}:{kept['PATH']}"
    return {**kept, **{name: str(path) for name, path in own.items()}, "JUPYTER_PREFER_ENV_PATH": "1"}


def without_node(programs: Path) -> None:
    """Put a program in the place of Node.js that says nothing.

    Where there is one, JupyterLab asks it for the settings of yarn, which takes most of a second of a
    processor for each server and changes nothing: no extension is built. A participant's machine has none.
    """
    programs.mkdir(exist_ok=True)
    node = programs / "node"
    node.write_text("#!/bin/sh\n")
    node.chmod(0o755)


def _wait(server: Jupyter, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    end = time.monotonic() + patience(seconds)
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            server.ask("GET", "status")
            return
        time.sleep(0.2)
    raise AssertionError(f"Jupyter does not answer:\n{server.log.read_text()[-2000:]}")
