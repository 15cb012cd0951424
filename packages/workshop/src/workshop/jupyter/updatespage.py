"""Below Jupyter's own path: the page and the address by which a participant's notebooks are updated.

Whoever is logged in to Jupyter may run anything as this account; nobody else can reach this. (The start page
shows to every account of the machine what is new, and leads here.)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated

from workshop.errors import WorkshopError
from workshop.settings import load_settings

if TYPE_CHECKING:
    from workshop.web.updates import Updates

PAGE = Path(__file__).with_name("updates.html")


class UpdatesPage(JupyterHandler):
    """``workshop/updates``: two buttons, and what came of them."""

    @authenticated
    def get(self) -> None:
        """Show the page, with the word against forged requests in it."""
        page = PAGE.read_text(encoding="utf-8").replace("@XSRF@", self.xsrf_token.decode())
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(page)


class UpdatesCall(APIHandler):
    """``workshop/api/updates``: what is new, and the update itself."""

    @authenticated
    async def get(self) -> None:
        """Answer whether there is an address for updates, and what is new."""
        self.finish(await self._updates.state())

    @authenticated
    async def post(self) -> None:
        """Update, or undo; 409 and one line when it was refused, failed, or is being done already."""
        verb = self.request.body.decode(errors="replace")
        if verb not in ("update", "undo"):
            raise HTTPError(400, reason="Say update or undo")
        try:
            self.finish(await self._updates.do(verb))
        except WorkshopError as error:
            self.set_status(409)
            self.finish({"error": str(error)})

    @property
    def _updates(self) -> Updates:
        if "workshop_updates" not in self.settings:
            from workshop.web.updates import Updates  # most servers are never asked

            self.settings["workshop_updates"] = Updates(load_settings())
        updates: Updates = self.settings["workshop_updates"]
        return updates


def install(server: Any) -> None:
    """Add both to a Jupyter server."""
    handlers = (("workshop/updates", UpdatesPage), ("workshop/api/updates", UpdatesCall))
    rules = [(url_path_join(server.base_url, path), kind) for path, kind in handlers]
    server.web_app.add_handlers(".*$", rules)
