"""The server of the start page and the demos: one folder, no surprises.

It only reads: every account of the machine can ask it. A classroom's seats show the same pages
(``organiser.hub.seatserver``), with the headers and the rules about files that are here.

It needs nothing but Tornado, which JupyterLab brings along.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mimetypes
import signal
import socket
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import tornado.web
from tornado.httpserver import HTTPServer

from workshop.core.errors import WorkshopError
from workshop.core.hosts import HostCheck
from workshop.core.ports import bind, hold_localhost
from workshop.core.settings import Settings
from workshop.courses.home import PAGES, courses_shown, pages_of
from workshop.site import models, originals
from workshop.site.status import Probe, data_state, services
from workshop.sync.button import UpdateButton

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # A page is asked for again each time and answered with 304 when it is still the same.
    "Cache-Control": "no-cache",
    "Server": "workshop",
}

# What a machine's own table of types may lack or have wrong; browsers insist on these with nosniff.
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".webp": "image/webp",
    ".md": "text/markdown",
}


COURSE_PAGES = rf"{PAGES}([a-z0-9-]+)/(.*)"
"""Addresses of courses' pages."""
THEME = "'sha256-ySvT2PEZeueHGC1y2crNuNTfphBynFPP7i+U21fEgX0='"
"""The script in each page of the manual; ``tests/test_docs.py`` compares it with what Sphinx makes."""


def set_headers(handler: tornado.web.RequestHandler, base: str = "/") -> None:
    """Set the headers of an answer; ``base`` is the path of the site."""
    for name, value in HEADERS.items():
        handler.set_header(name, value)
    site = f"{handler.request.protocol}://{handler.request.host}{base}"
    handler.set_header("Content-Security-Policy", policy(handler.request.path.removeprefix(base), site))


def policy(path: str, site: str) -> str:
    """Return the Content-Security-Policy of a page.

    path: of the page, below the site's. site: the address of the site, as the browser asks for it.
    """
    strict = HEADERS["Content-Security-Policy"]
    if folder := next((each for each in (originals.FOLDER, PAGES) if path.startswith(each)), ""):
        # Scripts and styles stand within these pages, and text is run. They ask for files of their own, and
        # not for the server's other answers; nor by another of its pages, in a frame or a window of theirs.
        return (
            f"{strict}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
            f"connect-src {site}{folder}; frame-src 'none'; "
            "sandbox allow-scripts allow-same-origin allow-forms allow-modals"
        )
    if path.startswith("demos/"):
        # Slides and pages of ours show demos, and the viewer of models, within themselves.
        return strict.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    if path.startswith("docs/"):
        # The manual's theme has styles in its pages, and one script: it shows what the reader chose.
        return f"{strict}; script-src 'self' {THEME}; style-src 'self' 'unsafe-inline'"
    if path.startswith("slides/"):
        # Formulas bring styles of their own into the speaker's window.
        return f"{strict}; style-src 'self' 'unsafe-inline'"
    return strict


class Guarded(tornado.web.RequestHandler):
    """Answers only to the machine's own names, and always with the headers above."""

    def set_default_headers(self) -> None:
        """Set the headers of every answer, faults included."""
        set_headers(self)

    def prepare(self) -> None:
        """Refuse a foreign Host header before anything is looked up."""
        check: HostCheck = self.settings["host_check"]
        if not check.allows(self.request.headers.get("Host", "")):
            raise tornado.web.HTTPError(403, reason="Unknown host name")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one plain line what is wrong; never how the server is made."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")


class Status(Guarded):
    """``/api/status``: which services of this machine answer, and whether its data is there."""

    async def get(self) -> None:
        """Answer with the states of all services and of the data."""
        probe: Probe = self.settings["probe"]
        self.set_header("Cache-Control", "no-store")
        machine: Settings = self.settings["machine"]
        data = data_state(machine.data) if machine.lessons else {"state": "up", "missing": []}
        self.write({"services": await probe.states(), "data": data})


class Models(Guarded):
    """``/api/models``: which models can be looked into, and which of them this machine has."""

    def get(self) -> None:
        """Answer with the list of models, each with whether it is here."""
        self.set_header("Cache-Control", "no-store")
        self.write(models.listed(self.settings["workshop_web"], self.settings["workshop_data"]))


class Pace(Guarded):
    """``/slides/pace.js``: how long the lessons take on this machine, for the speaker's window.

    A script, because that window may ask for nothing. It stands in for the file of this name, which knows
    nothing: the site may have been made on another machine.
    """

    async def get(self) -> None:
        """Answer with what each lesson takes and whether it is compiled; with nothing where nobody knows."""
        # Only here: a seat's server has the pages and not this script.
        from workshop.lessons.warm import warmth_here

        found = await asyncio.to_thread(_pace, self.settings["notebooks"])
        warm = await asyncio.to_thread(warmth_here, self.settings["notebooks"], self.settings["machine"])
        self.set_header("Content-Type", TYPES[".js"] + "; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(
            f"window.workshopPace = {json.dumps(found)};\nwindow.workshopWarmth = {json.dumps(warm)};\n"
        )


def _pace(notebooks: Path | None) -> dict[str, str] | None:
    from lessonkit.errors import LessonkitError
    from workshop.lessons.pace import slowness_here, words_here

    with contextlib.suppress(LessonkitError, OSError):
        if notebooks is not None and (slowness := slowness_here()) is not None:
            return {name: words.strip() for name, words in words_here(notebooks, slowness).items()}
    return None


class Courses(Guarded):
    """``/courses.js``: the courses that were added to this machine, with their lessons and plans.

    A script that stands in for the file of this name, which knows none: courses come after the site was made.
    """

    async def get(self) -> None:
        """Answer with the courses; a faulty one is left out."""
        found = await asyncio.to_thread(courses_shown, self.settings["machine"])
        self.set_header("Content-Type", TYPES[".js"] + "; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(f"window.workshopCourses = {json.dumps(found)};\n")


class News(Guarded):
    """``/api/updates``: whether notebooks can be updated, and what is new; everybody may know that."""

    async def get(self) -> None:
        """Answer what is known."""
        updates: UpdateButton = self.settings["updates"]
        self.set_header("Cache-Control", "no-store")
        self.write(await updates.state())

    def post(self) -> None:
        """Refuse: what changes somebody's notebooks is asked of Jupyter, which knows who asks."""
        raise tornado.web.HTTPError(403, reason="Notebooks are updated on Jupyter's page")


class Missing(Guarded):
    """Whatever is not there, under any method."""

    def prepare(self) -> None:
        """Check the host, then say that there is nothing."""
        super().prepare()
        raise tornado.web.HTTPError(404)


class Files(tornado.web.StaticFileHandler):
    """Files of one folder; no listings, no hidden files, no way out through a link."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Return the file's path; 404 for what is hidden or really lies elsewhere."""
        asked = Path(absolute_path)
        if "\0" in absolute_path or not asked.is_relative_to(root) or _is_hidden(asked.relative_to(root)):
            raise tornado.web.HTTPError(404)
        path = super().validate_absolute_path(root, absolute_path)
        if path is not None and not Path(path).resolve().is_relative_to(Path(root).resolve()):
            raise tornado.web.HTTPError(404)
        return path

    def get_content_type(self) -> str:
        """Return the type by the file's name; text is UTF-8."""
        kind = TYPES.get(Path(self.absolute_path or "").suffix.lower()) or super().get_content_type()
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


class CourseFiles(Files):
    """Files of the folders that courses call their pages; their addresses begin with the course's name."""

    async def get(self, name: str, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Answer with a file; 404 where the course is not here, or has no pages."""
        folder = None
        with contextlib.suppress(WorkshopError, OSError):
            folder = await asyncio.to_thread(pages_of, self.settings["machine"], name)
        if folder is None:
            raise tornado.web.HTTPError(404)
        self.root = str(folder)
        await super().get(path, include_body)

    async def head(self, name: str, path: str) -> None:  # type: ignore[override]
        """Answer with a file's headers."""
        await self.get(name, path, include_body=False)


class ModelFiles(Files):
    """Files of data sets, but only those that are on the list of models."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Return the file's path; 404 for what is not a model on the list."""
        asked = Path(absolute_path)
        name = asked.relative_to(root).as_posix() if asked.is_relative_to(root) else ""
        if not models.allowed(self.settings["workshop_web"], self.settings["workshop_data"], name):
            raise tornado.web.HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)


class Site(Guarded, Files):
    """The site."""


class CoursePages(Guarded, CourseFiles):
    """The pages of courses."""


class Model(Guarded, ModelFiles):
    """The models."""


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def make_application(
    root: Path,
    check: HostCheck,
    probe: Probe,
    updates: UpdateButton,
    settings: Settings,
    more: Sequence[tuple[Any, ...]] = (),
) -> tornado.web.Application:
    """Return the application that serves ``root``, the status of services and data, and the updates.

    ``more``: further handlers, which come first.
    """
    data = settings.data
    return tornado.web.Application(
        [
            *more,
            (r"/api/status", Status),
            (r"/api/updates", News),
            (r"/api/models", Models),
            (r"/api/.*", Missing),
            (r"/models/(.*)", Model, {"path": str(data)}),
            (r"/slides/pace\.js", Pace),
            (r"/courses\.js", Courses),
            (rf"/{COURSE_PAGES}", CoursePages, {"path": str(root), "default_filename": "index.html"}),
            (r"/(.*)", Site, {"path": str(root), "default_filename": "index.html"}),
        ],
        default_handler_class=Missing,
        host_check=check,
        probe=probe,
        workshop_web=root,
        workshop_data=data,
        notebooks=settings.source / "notebooks" if settings.source else None,
        updates=updates,
        machine=settings,
    )


def serve(
    root: Path,
    address: str,
    port: int,
    *,
    settings: Settings,
    names: Iterable[str] = (),
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve ``root`` on ``address``:``port`` until SIGTERM or Ctrl-C; ``ready`` is called once it answers.

    Raises WorkshopError when there is no such folder or the port cannot be had.
    """
    if not root.is_dir():
        raise WorkshopError(f"no site in {root}; run set-up or 'workshop web build' first")
    mimetypes.init()
    sockets = bind(address, port)
    with hold_localhost(address, port) or contextlib.nullcontext():
        asyncio.run(_serve(root.resolve(), sockets, HostCheck(address, names), settings, ready))


async def _serve(
    root: Path,
    sockets: list[socket.socket],
    check: HostCheck,
    settings: Settings,
    ready: Callable[[], None],
) -> None:
    application = make_application(root, check, Probe(services(settings)), UpdateButton(settings), settings)
    await answer(application, sockets, ready)


async def answer(
    application: tornado.web.Application,
    sockets: list[socket.socket],
    ready: Callable[[], None],
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Answer until SIGTERM or Ctrl-C, or, which is looked at once a second, until it is over."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = HTTPServer(application, max_body_size=1024)
    server.add_sockets(sockets)
    ready()
    while not stop.is_set() and not is_over():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    server.stop()
    await server.close_all_connections()
