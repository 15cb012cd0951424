"""Servers of this machine: those that set-up starts, which Jupyters run, how one ends. ``ports`` asks them.

One finder for all who need a Jupyter: sync, the lessons' memory line, the doctor.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hmac
import json
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workshop.core.settings import Settings

EVERYWHERE = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}
"""What to call when a server listens on every address."""
JUPYTER = "workshop-jupyter"
"""The name that the service manager has for it."""
RUNTIME = "run/jupyter"
"""Below the prefix: where Jupyter writes that it runs, and keeps what belongs to its kernels."""


@dataclass(frozen=True)
class Server:
    """A Jupyter server."""

    url: str
    token: str = ""
    root: Path = Path()
    """The folder that its pages show."""
    process: int | None = None
    """The process that holds the port, where it is known."""
    owner: int | None = None
    """The account whose server it is, who may read the token anyway; None: the one that asks."""


@dataclass(frozen=True)
class Service:
    """A server that set-up starts on this machine, and how to know it by what it answers."""

    name: str
    """The name that its service manager knows."""
    title: str
    host: str
    port: int
    path: str
    """An address below it that only this kind of server answers, and to everybody."""
    known_by: str = ""
    """A key of the JSON object that it answers there; empty where that is a page."""
    owner: int | None = None
    """The account whose server it is, besides root; None: the one that asks."""

    @property
    def url(self) -> str:
        """Return the address at which it is known."""
        return f"http://{self.host}:{self.port}{self.path}"

    def is_ours(self, body: bytes) -> bool:
        """Tell by what was answered whether it is this kind of server."""
        if not self.known_by:
            return b"<html" in body.lower()
        try:
            document = json.loads(body)
        except ValueError:
            return False
        return isinstance(document, dict) and self.known_by in document


def services(settings: Settings) -> list[Service]:
    """Return the servers that set-up starts, in the order in which people meet them."""
    host = host_to_ask(settings.bind_address)
    board = ("/data/environment", "data_location")
    whose = _whose(settings.prefix) if settings.prefix else None
    return [
        Service("workshop-web", "start page", host, settings.web_port, "/", owner=whose),
        Service(JUPYTER, "Jupyter", host, settings.jupyter_port, "/api", "version", whose),
        Service("workshop-tensorboard", "TensorBoard", host, settings.tensorboard_port, *board, whose),
    ]


def _whose(prefix: Path) -> int | None:
    """Return the account that the services of a prefix run as; None when it is not known."""
    try:
        return (prefix / "etc/token").stat().st_uid
    except OSError:
        return None


def host_to_ask(bind_address: str) -> str:
    """Return the address at which a server of this machine is asked, given where it listens."""
    return EVERYWHERE.get(bind_address) or (f"[{bind_address}]" if ":" in bind_address else bind_address)


def base_path(token: str) -> str:
    """Return the path below which Jupyter's pages are, which only those can know who know its token.

    A browser sends a cookie to every port of a host, but only below the cookie's path: to the pages of
    another account's server on this machine it sends none, for these cannot know the path.
    """
    return f"/{hmac.new(token.encode(), b'path of Jupyter', 'sha256').hexdigest()[:32]}/"


def read_token(prefix: Path | None) -> str | None:
    """Return the token of the machine's Jupyter; None when there is none or when it is not yours to read."""
    if prefix is None:
        return None
    try:
        return (prefix / "etc/token").read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def own_jupyter(settings: Settings) -> Server | None:
    """Return this machine's own Jupyter, with its token; None while it does not run or is not yours."""
    token = read_token(settings.prefix)
    if settings.prefix is None or token is None:
        return None
    found = jupyters([settings.prefix / RUNTIME])
    mine = next((each for each in found if urlsplit(each.url).port == settings.jupyter_port), None)
    if mine is None:
        return None
    url = f"http://{host_to_ask(settings.bind_address)}:{settings.jupyter_port}{urlsplit(mine.url).path}"
    return dataclasses.replace(mine, url=url, token=token)


def runtime_folders() -> list[Path]:
    """Return where Jupyter writes which servers run (jupyter_core's ``jupyter_runtime_dir``)."""
    if named := os.environ.get("JUPYTER_RUNTIME_DIR"):
        return [Path(named)]
    data = os.environ.get("JUPYTER_DATA_DIR")
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return [Path(data) / "runtime" if data else Path(share) / "jupyter" / "runtime"]


def jupyters(folders: Sequence[Path]) -> Iterator[Server]:
    """Yield the Jupyter servers that run, by the files that they keep in these folders while they do."""
    for file in sorted({file for folder in folders for file in folder.glob("jpserver-*.json")}):
        faults = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
        with contextlib.suppress(*faults):
            described = json.loads(file.read_text(encoding="utf-8") if file.is_file() else "")
            process, owner = int(described["pid"]), file.stat().st_uid
            if _runs(process):
                token, root = str(described.get("token") or ""), Path(described.get("root_dir") or "/")
                yield Server(_address(described), token, root, process, owner)


def parent_jupyter() -> Server | None:
    """Return the server that started this kernel or terminal, by its environment; None when none did."""
    environment = os.environ
    if "JUPYTER_SERVER_URL" in environment and "JUPYTER_SERVER_ROOT" in environment:
        return Server(
            environment["JUPYTER_SERVER_URL"],
            environment.get("JUPYTER_TOKEN", ""),
            Path(environment["JUPYTER_SERVER_ROOT"]),
        )
    return None


def _address(described: dict[str, Any]) -> str:
    """Return where to ask a server: by loopback when it listens everywhere.

    Jupyter then describes itself by the machine's name, and refuses to be asked under it.
    """
    if described.get("hostname") not in ("", "0.0.0.0", "::"):
        return str(described["url"])
    scheme = "https" if described.get("secure") else "http"
    return f"{scheme}://127.0.0.1:{int(described['port'])}{described.get('base_url', '/')}"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_when_asked(server: Any) -> None:
    """End this process' Jupyter server, its ``ServerApp``, at SIGTERM between two of the loop's steps.

    Jupyter's own handler writes a line of the log at once: in the middle of another line that fails, and
    the server goes on as if nobody had asked, until whoever did loses patience and kills it.
    """

    def end() -> None:
        server.log.critical("asked to end by SIGTERM, stopping")
        server.stop()

    server.io_loop.asyncio_loop.add_signal_handler(signal.SIGTERM, end)
