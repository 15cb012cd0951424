"""What Jupyter's server loads of ours: gate, tickets, lessons, and the page that updates notebooks."""

from __future__ import annotations

from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.ports import hold_localhost
from workshop.core.servers import end_when_asked
from workshop.jupyter import gate, lessonlist, tickets, updatespage


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "workshop.jupyter.extension"}]


def keep_the_token_out_of_pages(settings: dict[str, Any]) -> None:
    """Leave it to their cookie to open the pages of JupyterLab and Notebook.

    They would send the token with whatever they ask, also while Jupyter is stopped and another account of
    this machine listens on its port; and who has the token comes in for good.
    """
    settings["token"] = ""
    settings.setdefault("page_config_data", {})["token"] = ""


def hold_both_localhosts(server: Any) -> None:
    """Keep the port at the other address of localhost while the server lives; end it where another has it."""
    try:
        server.web_app.settings["workshop_held"] = hold_localhost(server.ip, server.port)
    except WorkshopError as error:
        server.log.critical("%s", error)
        server.exit(1)


def _load_jupyter_server_extension(server: Any) -> None:
    end_when_asked(server)
    hold_both_localhosts(server)
    keep_the_token_out_of_pages(server.web_app.settings)
    tickets.install(server)
    gate.install(server)
    updatespage.install(server)
    lessonlist.install(server)
