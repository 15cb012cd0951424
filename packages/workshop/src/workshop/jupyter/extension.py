"""What Jupyter's server loads of ours: the gate, and the page that updates notebooks."""

from __future__ import annotations

from typing import Any

from workshop.jupyter import gate, updatespage


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "workshop.jupyter.extension"}]


def _load_jupyter_server_extension(server: Any) -> None:
    gate.install(server)
    updatespage.install(server)
