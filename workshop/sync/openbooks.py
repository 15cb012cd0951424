"""Which notebooks somebody has open in Jupyter right now."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.patience import patiently

Open = Callable[[Path], dict[str, str]]
"""Given the participant's folder, returns why each notebook (by path below it) must wait."""

WHY = "it is open in Jupyter; save it, close its tab and sync again"
UNKNOWN = "Jupyter does not say whether it is open; sync again when Jupyter answers"


def no_open_notebooks(_into: Path) -> dict[str, str]:
    """Say that no notebook is open."""
    return {}


@dataclass(frozen=True)
class Server:
    """A Jupyter server of this account."""

    url: str
    token: str
    root: Path


def ask_jupyter(runtime: Sequence[Path] = ()) -> Open:
    """Return a function that asks every Jupyter server of this account; ``runtime`` names more folders."""

    def open_notebooks(into: Path) -> dict[str, str]:
        found: dict[str, str] = {}
        for server in servers([*runtime, *runtime_folders()]):
            answer = sessions(server)
            if answer is None:  # what somebody may have open is not replaced
                found |= dict.fromkeys(_notebooks_below(server, into), UNKNOWN)
                continue
            paths = [_below(server, session, into) for session in answer if is_open(session)]
            found |= dict.fromkeys(filter(None, paths), WHY)
        return found

    return open_notebooks


def runtime_folders() -> list[Path]:
    """Return where Jupyter writes which servers run (jupyter_core's ``jupyter_runtime_dir``)."""
    if named := os.environ.get("JUPYTER_RUNTIME_DIR"):
        return [Path(named)]
    data = os.environ.get("JUPYTER_DATA_DIR")
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return [Path(data) / "runtime" if data else Path(share) / "jupyter" / "runtime"]


def servers(folders: Sequence[Path]) -> Iterator[Server]:
    """Yield the servers that run, by the files that they keep while they do, and by the environment."""
    environment = os.environ
    if "JUPYTER_SERVER_URL" in environment and "JUPYTER_SERVER_ROOT" in environment:
        yield Server(
            environment["JUPYTER_SERVER_URL"],
            environment.get("JUPYTER_TOKEN", ""),
            Path(environment["JUPYTER_SERVER_ROOT"]),
        )
    for file in sorted({file for folder in folders for file in folder.glob("jpserver-*.json")}):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            described = json.loads(file.read_text(encoding="utf-8"))
            if _runs(int(described["pid"])):
                yield Server(_address(described), described.get("token", ""), Path(described["root_dir"]))


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


def sessions(server: Server) -> list[dict[str, Any]] | None:
    """Return the server's sessions: none when it does not answer as Jupyter does, None when it is silent."""
    import urllib.request  # it takes longer to load than most syncs need

    request = urllib.request.Request(server.url.rstrip("/") + "/api/sessions")
    if server.token:
        request.add_header("Authorization", f"token {server.token}")
    # A server on this machine is never behind a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(seconds: float) -> Any:
        with opener.open(request, timeout=seconds) as answer:
            return json.loads(answer.read())

    try:
        found = patiently(ask)
    except TimeoutError:
        return None
    except (OSError, ValueError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def is_open(session: dict[str, Any]) -> bool:
    """Tell whether a browser shows the notebook: it is connected to the kernel.

    A kernel that runs on without a browser holds nothing unsaved. A server that does not count
    its connections is taken to have one.
    """
    kernel = session.get("kernel") or {}
    return bool(kernel.get("connections", 1))


def _notebooks_below(server: Server, into: Path) -> list[str]:
    """Return the notebooks in the participant's folder that the server can reach."""
    root = server.root.expanduser().resolve()
    return [file.relative_to(into).as_posix() for file in into.rglob("*.ipynb") if file.is_relative_to(root)]


def _below(server: Server, session: dict[str, Any], into: Path) -> str:
    """Return the notebook's path below ``into``; empty when it lies elsewhere."""
    path = session.get("path") or (session.get("notebook") or {}).get("path")
    if not isinstance(path, str):
        return ""
    file = (server.root.expanduser() / path).resolve()
    return file.relative_to(into).as_posix() if file.is_relative_to(into) else ""
