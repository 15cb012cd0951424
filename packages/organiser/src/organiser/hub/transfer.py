"""Download and upload: a seat's folder as one file, for ``workshop update notebooks`` elsewhere; and back."""

from __future__ import annotations

import asyncio
import html
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError, authenticated

from organiser.hub.homes import folder_and_state, pack_home, seat_name
from organiser.hub.reports import SHARE
from workshop.core.errors import WorkshopError
from workshop.sync.apply import Report
from workshop.sync.pack import take_up
from workshop.sync.request import WHY, is_open, summary

PAGE = Path(__file__).with_name("home.html")
PIECE = 1 << 18


class SeatPage(JupyterHandler):
    """What the pages share."""

    _one: asyncio.Lock | None = None

    @property
    def seat(self) -> str:
        """The seat's name."""
        return seat_name(Path.home())

    @property
    def file(self) -> str:
        """The name of the file to download."""
        return f"workshop-{self.seat}.zip"

    def set_default_headers(self) -> None:
        """Let the page load its own style, send its own form, and nothing else."""
        super().set_default_headers()
        self.set_header(
            "Content-Security-Policy",
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'none'",
        )
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    async def alone(self, do: Callable[[], Any]) -> Any:
        """Do something long beside the server's other work, one at a time."""
        if SeatPage._one is None:
            SeatPage._one = asyncio.Lock()
        async with SeatPage._one:
            return await asyncio.to_thread(do)


class HomePage(SeatPage):
    """``workshop/home``: take the folder along, or bring it."""

    @authenticated
    async def get(self) -> None:
        """Show the page."""
        await self._show([])

    @authenticated
    async def post(self) -> None:
        """Take up the file that was sent, and say what came of it."""
        sent = self.request.files.get("file", [])
        if len(sent) != 1:
            raise HTTPError(400, "send one file")
        opened = await self._open_notebooks()
        into, state = folder_and_state(Path.home())

        def take() -> Report:
            with tempfile.NamedTemporaryFile(suffix=".zip") as file:
                file.write(sent[0]["body"])
                file.flush()
                return take_up(Path(file.name), into, state, False, lambda _: opened)

        try:
            report = await self.alone(take)
        except (WorkshopError, OSError) as error:
            words = str(error).replace(tempfile.gettempdir(), "")
            self.set_status(409)
            await self._show([f"Nothing was brought: {words}"])
            return
        await self._show(list(summary(report, into, False, False)))

    async def _open_notebooks(self) -> dict[str, str]:
        """Return which notebooks a browser of this seat shows, by the server itself."""
        sessions = await self.session_manager.list_sessions()  # type: ignore[no-untyped-call]
        return {str(each["path"]): WHY for each in sessions if is_open(each)}

    async def _show(self, told: list[str]) -> None:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in told)
        words = {
            "TOLD": f'<section class="card" role="status">{lines}</section>' if told else "",
            "LEFT_OUT": await self.alone(lambda: _left_out(Path.home())),
            "FILE": f"home/{self.file}",
            "NAME": self.file,
            "SHARED": "checked" if (Path.home() / SHARE).exists() else "",
            "XSRF": html.escape(self.xsrf_token.decode()),
        }
        page = PAGE.read_text(encoding="utf-8")
        for name, value in words.items():
            page = page.replace(f"@{name}@", value)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)


def _left_out(home: Path) -> str:
    """Return a paragraph about what the file will not have; empty when it will have everything."""
    from workshop.sync.source import read_folder

    try:
        skipped = read_folder(home / "notebooks", ".").skipped
    except WorkshopError as error:
        return f"<p><strong>{html.escape(str(error))}</strong></p>"
    if not skipped:
        return ""
    words = {path: why.replace("the workshop's file", "it") for path, why in skipped.items()}
    lines = "".join(f"<li>{html.escape(path)}: {html.escape(why)}</li>" for path, why in words.items())
    return f"<p>It does <strong>not</strong> have these; download them from Jupyter:</p><ul>{lines}</ul>"


class Share(SeatPage):
    """``workshop/share``: whether the speaker sees what this seat solved."""

    @authenticated
    def post(self) -> None:
        """Change it, and show the page again."""
        mark = Path.home() / SHARE
        if self.get_body_argument("share", ""):
            mark.touch(mode=0o600)
        else:
            mark.unlink(missing_ok=True)
        self.redirect("home")


class Download(SeatPage):
    """``workshop/home/NAME.zip``: the file."""

    @authenticated
    async def get(self, name: str) -> None:
        """Pack the folder, and send it piece by piece."""
        if name != self.file:
            raise HTTPError(404)
        with tempfile.TemporaryFile() as file:
            try:
                await self.alone(lambda: pack_home(Path.home(), file, self.seat))
            except WorkshopError as error:
                raise HTTPError(409, str(error)) from error
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", f'attachment; filename="{self.file}"')
            self.set_header("Content-Length", str(file.tell()))
            for piece in _pieces(file):
                self.write(piece)
                await self.flush()
        await self.finish()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def rules(site: str) -> list[Any]:
    """Return what a Jupyter server answers below the site's path."""
    return [
        (rf"{site}share", Share),
        (rf"{site}home", HomePage),
        (rf"{site}home/([a-z0-9-]+\.zip)", Download),
    ]
