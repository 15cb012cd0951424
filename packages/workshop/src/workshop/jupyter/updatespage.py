"""Below Jupyter's own path: the page by which a participant's notebooks are updated, taken along and brought.

Whoever is logged in to Jupyter may run anything as this account; nobody else can reach this. (The start page
shows to every account of the machine what is new, and leads here.)
"""

from __future__ import annotations

import os
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

if TYPE_CHECKING:
    from workshop.sync.button import UpdateButton

PAGE = Path(__file__).with_name("updates.html")
FILE = "my-notebooks.zip"
PIECE = 1 << 18


class UpdatesPage(JupyterHandler):
    """``workshop/updates``: the buttons, and what came of them."""

    @authenticated
    def get(self) -> None:
        """Show the page, with the word against forged requests in it."""
        page = PAGE.read_text(encoding="utf-8").replace("@XSRF@", self.xsrf_token.decode())
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(page)


class Call(APIHandler):
    """What the page's calls share."""

    @property
    def updates(self) -> UpdateButton:
        """The one of this server."""
        if "workshop_updates" not in self.settings:
            from workshop.sync.button import UpdateButton  # most servers are never asked

            self.settings["workshop_updates"] = UpdateButton(load_settings())
        updates: UpdateButton = self.settings["workshop_updates"]
        return updates

    async def answer(self, done: Awaitable[dict[str, Any]]) -> None:
        """Answer with a document; with 409 and one line where it was refused, failed, or is under way."""
        try:
            self.finish(await done)
        except WorkshopError as error:
            self.set_status(409)
            self.finish({"error": str(error)})


class UpdatesCall(Call):
    """``workshop/api/updates``: what is new, and the update itself."""

    @authenticated
    async def get(self) -> None:
        """Answer whether there is an address for updates, and what is new."""
        self.finish(await self.updates.state())

    @authenticated
    async def post(self) -> None:
        """Update, or undo."""
        verb = self.request.body.decode(errors="replace")
        if verb not in ("update", "undo"):
            raise HTTPError(400, reason="Say update or undo")
        await self.answer(self.updates.do(verb))


class FolderCall(Call):
    """``workshop/api/folder``: the notebooks as one file, for another machine, or from one."""

    @authenticated
    async def get(self) -> None:
        """Send what was packed, once."""
        try:
            file = self.updates.packed.open("rb")
        except (WorkshopError, OSError) as error:
            raise HTTPError(404, reason="Pack your notebooks first") from error
        with file:
            self.updates.packed.unlink(missing_ok=True)
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", f'attachment; filename="{FILE}"')
            self.set_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            while piece := file.read(PIECE):
                self.write(piece)
                await self.flush()
        await self.finish()

    @authenticated
    async def post(self) -> None:
        """Pack them, and answer what the file got."""
        await self.answer(self.updates.pack())

    @authenticated
    async def put(self) -> None:
        """Take up the file that is sent."""
        await self.answer(self.updates.bring(self.request.body))


def install(server: Any) -> None:
    """Add both to a Jupyter server."""
    handlers = (
        ("workshop/updates", UpdatesPage),
        ("workshop/api/updates", UpdatesCall),
        ("workshop/api/folder", FolderCall),
    )
    rules = [(url_path_join(server.base_url, path), kind) for path, kind in handlers]
    server.web_app.add_handlers(".*$", rules)
