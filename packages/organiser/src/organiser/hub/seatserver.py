"""What a seat's server has besides Jupyter: start page, demos, slides, TensorBoard, download and upload.

============================ ===========================================================================
below the seat's path        what answers
============================ ===========================================================================
``workshop/``                the machine's site (``<prefix>/web``), its links led to this seat
``workshop/api/…``           what its pages ask: lights, and the models to look into
``workshop/api/message``     what the organiser says to all (:mod:`organiser.hub.reports`)
``workshop/home``            the folder as one file, to take along or to bring (:mod:`organiser.hub.transfer`)
``tensorboard/``             the seat's own TensorBoard, on demand (:mod:`organiser.hub.ownboard`)
============================ ===========================================================================

All of it is for the seat's own browser alone, by the hub's log-in, as everything else of the server.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError, authenticated

from organiser.hub import ownboard, reports, transfer
from organiser.hub.homes import COURSES
from workshop.core.servers import end_when_asked
from workshop.core.settings import load_settings
from workshop.courses.delivering import deliver_all
from workshop.courses.home import courses_shown
from workshop.site import models
from workshop.site.server import COURSE_PAGES, CourseFiles, Files, ModelFiles, set_headers
from workshop.site.status import data_state

SITE = "workshop/"
"""Below the seat's path."""
KNOWN_SECONDS = 60.0
"""How long one look at the machine's data counts."""


class Page(JupyterHandler):
    """Answers the seat's own browser, with the headers of the start page's server."""

    def set_default_headers(self) -> None:
        """Set the headers of every answer, faults included."""
        super().set_default_headers()
        set_headers(self, self.base_url + SITE)


class Site(Page, Files):
    """The site, as on other machines."""

    @authenticated
    async def get(  # type: ignore[override]
        self, path: str, include_body: bool = True
    ) -> None:
        """Answer with a file; on a machine without the site the start is JupyterLab."""
        if not path and not (self.settings["workshop_web"] / "index.html").is_file():
            self.redirect(f"{self.base_url}lab")
            return
        await Files.get(self, path, include_body)

    @authenticated
    async def head(self, path: str) -> None:  # type: ignore[override]
        """Answer with a file's headers."""
        await Files.get(self, path, include_body=False)


class Model(Site, ModelFiles):
    """The models."""


class CoursePages(Page, CourseFiles):
    """The pages of courses."""

    @authenticated
    async def get(self, name: str, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Answer with a file."""
        await CourseFiles.get(self, name, path, include_body)

    @authenticated
    async def head(self, name: str, path: str) -> None:  # type: ignore[override]
        """Answer with a file's headers."""
        await CourseFiles.get(self, name, path, include_body=False)


class Config(Page):
    """``workshop/config.js``: the site's own, and where this seat has what other machines have on ports."""

    @authenticated
    def get(self) -> None:
        """Answer with the script."""
        try:
            text = (self.settings["workshop_web"] / "config.js").read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise HTTPError(404) from error
        base = self.base_url.rstrip("/")
        seat = {"jupyter": base, "tensorboard": f"{base}/tensorboard", "home": f"{base}/{SITE}home"}
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(f"{text}window.workshopConfig.seat = {json.dumps(seat)};\n")


class Status(Page):
    """``workshop/api/status``: this server answers, TensorBoard would; and whether the data is there."""

    _known: tuple[float, Any] = (float("-inf"), None)

    @authenticated
    def get(self) -> None:
        """Answer as the start page's own server does."""
        now = time.monotonic()
        if now - Status._known[0] > KNOWN_SECONDS:
            Status._known = now, data_state(self.settings["workshop_data"])
        self.set_header("Cache-Control", "no-store")
        up = {"state": "up"}
        self.finish({"services": {"jupyter": up, "tensorboard": up}, "data": Status._known[1]})


class Courses(Page):
    """``workshop/courses.js``: the courses of the server, which the seat's kernels and notebooks are from."""

    @authenticated
    def get(self) -> None:
        """Answer as the start page's own server does."""
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(f"window.workshopCourses = {json.dumps(courses_shown(load_settings()))};\n")


class Models(Page):
    """``workshop/api/models``: which models can be looked into, by their addresses on this seat."""

    @authenticated
    def get(self) -> None:
        """Answer with the list of models, each with whether it is here."""
        found = models.listed(self.settings["workshop_web"], self.settings["workshop_data"])
        site = self.base_url + SITE
        for model in found["models"]:
            model["address"] = site + model["address"].removeprefix("/")
        self.set_header("Cache-Control", "no-store")
        self.finish(found)


class Updates(Page):
    """``workshop/api/updates``: a seat's notebooks come from the server that it is on."""

    @authenticated
    def get(self) -> None:
        """Answer that the page has nothing to offer."""
        self.set_header("Cache-Control", "no-store")
        self.finish({"can": False})


class Lead(JupyterHandler):
    """Leads to the site's folder, by which its relative links go."""

    @authenticated
    def get(self) -> None:
        """Lead there."""
        self.redirect(self.base_url + SITE)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "organiser.hub.seatserver"}]


def _load_jupyter_server_extension(server: Any) -> None:
    end_when_asked(server)
    machine = load_settings()
    web = (machine.prefix or Path("/opt/workshop")) / "web"
    application, base, site = server.web_app, server.base_url, server.base_url + SITE
    application.settings["workshop_web"] = web
    application.settings["workshop_data"] = machine.data
    application.settings["machine"] = machine
    # Before anybody can have a notebook open here.
    for fault in deliver_all(machine, Path.home() / "notebooks", Path.home() / COURSES):
        server.log.warning(fault)
    logs = Path.home() / "tensorboard"
    # Kernels write where this seat's TensorBoard looks, and show it (workshop.teach.tensorboard).
    os.environ["WORKSHOP_TENSORBOARD_LOGS"] = str(logs)
    os.environ["WORKSHOP_TENSORBOARD_ADDRESS"] = base + "tensorboard/"
    ownboard.install(server, Path(server.runtime_dir) / "tensorboard.sock", logs)
    reporter = reports.Reporter(server, Path.home())
    application.settings["workshop_reporter"] = reporter
    reporter.start()
    files = {"path": str(web), "default_filename": "index.html"}
    application.add_handlers(
        ".*$",
        [
            (site.rstrip("/"), Lead),
            (rf"{site}config\.js", Config),
            (rf"{site}courses\.js", Courses),
            (rf"{site}{COURSE_PAGES}", CoursePages, files),
            (rf"{site}api/status", Status),
            (rf"{site}api/models", Models),
            (rf"{site}api/updates", Updates),
            (rf"{site}api/message", reports.Message),
            (rf"{site}models/(.*)", Model, {"path": str(machine.data)}),
            *transfer.rules(site),
            (rf"{site}(.*)", Site, files),
        ],
    )
