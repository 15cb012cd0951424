"""What JupyterLab opens on: the lessons of today's plan in their order, with minutes and how much was run.

The plan is that of the start page. How much was run is read from the notebooks themselves.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop
from tornado.web import authenticated

from workshop.core.errors import WorkshopError
from workshop.core.schedule import SITE, shown_plan
from workshop.core.settings import Settings, load_settings
from workshop.courses.home import courses_shown

PATH = "workshop/api/lessons"
"""Where the list is, below Jupyter's own path."""


def run_cells(notebook: Path) -> tuple[int, int]:
    """Return how many of a notebook's cells with code were run, and how many there are."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
        return sum(cell.get("execution_count") is not None for cell in code), len(code)
    return 0, 0


def lesson_list(config: Path, notebooks: Path, courses: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return what JupyterLab shows: the plan's lessons, then those of courses (``courses_shown``)."""
    plan = shown_plan(config)
    title, lessons = plan.title or "All lessons" * bool(plan.lessons), list(plan.lessons)
    if courses:
        title = ", ".join([title] * bool(lessons) + [course["title"] for course in courses])
        lessons += [lesson for course in courses for lesson in course["lessons"]]
    shown = []
    for lesson in lessons:
        run, cells = run_cells(notebooks / lesson["path"])
        if cells:
            wanted = {key: lesson.get(key) for key in ("path", "title", "minutes")}
            shown.append(wanted | {"run": run, "cells": cells})
    return {"title": title, "lessons": shown}


class LessonsCall(APIHandler):
    """``workshop/api/lessons``: the lessons of today's plan."""

    @authenticated
    async def get(self) -> None:
        """Answer with the list; it is empty where no start page was built."""
        root = Path(self.settings["serverapp"].root_dir)
        try:
            settings = load_settings()
        except WorkshopError:
            settings = Settings()
        config = (settings.prefix or Path("/nowhere")) / SITE
        self.set_header("Cache-Control", "no-store")
        run = IOLoop.current().run_in_executor
        courses = await run(None, courses_shown, settings)
        self.finish(await run(None, lesson_list, config, root, courses))


def install(server: Any) -> None:
    """Let a Jupyter server tell its pages the lessons."""
    server.web_app.add_handlers(".*$", [(url_path_join(server.base_url, PATH), LessonsCall)])
