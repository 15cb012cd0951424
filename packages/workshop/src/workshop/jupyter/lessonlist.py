"""What JupyterLab opens on: the lessons of today's plan in their order, with minutes and how much was run.

The plan is that of the start page. How much was run is read from the notebooks themselves.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop
from tornado.web import authenticated

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

PATH = "workshop/api/lessons"
"""Where the list is, below Jupyter's own path."""
CONFIG = "web/config.js"
"""Below the prefix: what the start page knows (site/build.py)."""
BEFORE, AFTER = "window.workshopConfig = ", ";\n"


def read_plan(config: Path) -> tuple[str, list[dict[str, Any]]]:
    """Return the title of today's plan and its lessons; all lessons where there is no plan.

    Of a start page that is not there or cannot be read there are none.
    """
    try:
        document = json.loads(config.read_text(encoding="utf-8").partition(BEFORE)[2].removesuffix(AFTER))
        known = {lesson["path"]: lesson for lesson in document["lessons"]}
        workshops, today = document["workshops"], document["today"]
        plan = next((each for each in workshops if today and each["name"] == today["workshop"]), None)
        plan = plan or next(iter(workshops), None)
        if plan is None:
            return "All lessons", list(known.values())
        names = dict.fromkeys(f"{name}.ipynb" for item in plan["items"] for name in item["lessons"])
        return str(plan["title"]), [known[name] for name in names if name in known]
    except (OSError, ValueError, KeyError, TypeError):
        return "", []


def run_cells(notebook: Path) -> tuple[int, int]:
    """Return how many of a notebook's cells with code were run, and how many there are."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
        return sum(cell.get("execution_count") is not None for cell in code), len(code)
    return 0, 0


def lesson_list(config: Path, notebooks: Path) -> dict[str, Any]:
    """Return what JupyterLab shows."""
    title, lessons = read_plan(config)
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
            prefix = load_settings().prefix
        except WorkshopError:
            prefix = None
        config = (prefix or Path("/nowhere")) / CONFIG
        self.set_header("Cache-Control", "no-store")
        self.finish(await IOLoop.current().run_in_executor(None, lesson_list, config, root))


def install(server: Any) -> None:
    """Let a Jupyter server tell its pages the lessons."""
    server.web_app.add_handlers(".*$", [(url_path_join(server.base_url, PATH), LessonsCall)])
