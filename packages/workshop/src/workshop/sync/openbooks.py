"""Which notebooks somebody has open in Jupyter right now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workshop.servers import Server, jupyters, parent_jupyter, runtime_folders

Open = Callable[[Path], dict[str, str]]
"""Given the participant's folder, returns why each notebook (by path below it) must wait."""

WHY = "it is open in Jupyter; save it, close its tab and sync again"
UNKNOWN = "Jupyter does not say whether it is open; sync again when Jupyter answers"


def no_open_notebooks(_into: Path) -> dict[str, str]:
    """Say that no notebook is open."""
    return {}


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


def servers(folders: Sequence[Path]) -> Iterator[Server]:
    """Yield the servers that run, by the environment and by the files that they keep while they do."""
    if started_by := parent_jupyter():
        yield started_by
    yield from jupyters(folders)


def sessions(server: Server) -> list[dict[str, Any]] | None:
    """Return the server's sessions: none when it does not answer as Jupyter does, None when it is silent."""
    try:
        found = server.ask("GET", "api/sessions")
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
    kernel = session.get("kernel")
    return bool(kernel.get("connections", 1)) if isinstance(kernel, dict) else True


def _notebooks_below(server: Server, into: Path) -> list[str]:
    """Return the notebooks in the participant's folder that the server can reach."""
    root = server.root.expanduser().resolve()
    return [file.relative_to(into).as_posix() for file in into.rglob("*.ipynb") if file.is_relative_to(root)]


def _below(server: Server, session: dict[str, Any], into: Path) -> str:
    """Return the notebook's path below ``into``; empty when it lies elsewhere."""
    older = session.get("notebook")
    path = session.get("path") or (older.get("path") if isinstance(older, dict) else None)
    if not isinstance(path, str) or "\0" in path:
        return ""
    try:
        file = (server.root.expanduser() / path).resolve()
    except (OSError, RuntimeError):  # a loop of links, or a name that no file can have
        return ""
    return file.relative_to(into).as_posix() if file.is_relative_to(into) else ""
