"""Other kernels of this participant: how much memory they hold, and how to end them.

On a machine with 2 GB a forgotten kernel is what makes the next one fail. The kernels are asked of,
and ended by, the Jupyter server that started this one, so that Jupyter knows about it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from workshop.core.ports import ask_json
from workshop.core.servers import Server, jupyters


@dataclass(frozen=True)
class Kernel:
    """A kernel that is not this one."""

    identity: str
    name: str
    """The notebook that it belongs to."""
    megabytes: int
    """The memory that it holds, in MB (10⁶ bytes); 0 where that cannot be seen."""
    at_work: bool = False
    """Whether a cell of its runs now, whose result would be lost."""

    def __str__(self) -> str:
        """Return its notebook, and what of it is to be known before it is ended."""
        known = [f"{self.megabytes:,} MB"] * bool(self.megabytes) + ["at work now"] * self.at_work
        return f"{self.name} ({', '.join(known)})" if known else self.name


def server() -> Server | None:
    """Return the server that started this kernel, or None when none did (as in a headless run)."""
    from jupyter_core.paths import jupyter_runtime_dir

    found = jupyters([Path(jupyter_runtime_dir())])
    return next((each for each in found if each.process == os.getppid()), None)


def others(of: Server, own: str) -> list[Kernel]:
    """Return the kernels that the server ``of`` runs, without the one whose identity is ``own``.

    The largest comes first. Raises OSError when the server does not answer.
    """
    sessions = {entry["kernel"]["id"]: entry for entry in ask_json(of, "GET", "api/sessions")}
    sizes = _sizes()
    found = [
        Kernel(
            identity,
            str(entry.get("path") or entry.get("name") or "kernel"),
            sizes.get(identity, 0),
            entry["kernel"].get("execution_state") == "busy",
        )
        for identity, entry in sessions.items()
        if identity != own
    ]
    return sorted(found, key=lambda kernel: -kernel.megabytes)


def end(of: Server, kernel: Kernel) -> None:
    """End a kernel; its notebook stays open and can start a new one. Raises OSError when it cannot."""
    ask_json(of, "DELETE", f"api/kernels/{kernel.identity}")


def own_identity() -> str:
    """Return the identity of this kernel as the server knows it; empty outside a kernel."""
    import ipykernel.connect

    try:
        file = ipykernel.connect.get_connection_file()
    except RuntimeError:
        return ""
    return _identity(file)


def _identity(file: str) -> str:
    """Return what a connection file's name says: ``…/kernel-IDENTITY.json``."""
    return Path(file).stem.removeprefix("kernel-")


def _sizes() -> dict[str, int]:
    """Return the memory in MB of each kernel that runs on this machine, by its identity."""
    sizes: dict[str, int] = {}
    for process in psutil.process_iter(["cmdline", "memory_info"]):
        for word in process.info["cmdline"] or []:
            if (
                Path(word).name.startswith("kernel-")
                and word.endswith(".json")
                and process.info["memory_info"]
            ):
                sizes[_identity(word)] = process.info["memory_info"].rss // 1_000_000
    return sizes
