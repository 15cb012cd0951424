"""A kernel knows which lesson it was started for, and so how long that takes here."""

from __future__ import annotations

import json
from pathlib import Path

from .serving import Jupyter, jupyter

LESSON = {
    "cells": [],
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python", "language": "python"},
        "lessonkit": {"title": "It", "minutes": 45, "budget": {"full": {"work": 300, "rss_mb": 900}}},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}
SHOW = "from workshop.teach import memory\nmemory.show()"


def first_line(server: Jupyter, path: str) -> str:
    """Open a notebook as a page does; return the first line of what the top of a lesson shows."""
    asked = {"path": path, "name": Path(path).name, "type": "notebook", "kernel": {"name": "python3"}}
    session = server.ask("POST", "sessions", asked)
    with server.page(session["kernel"]["id"]) as page:
        shown = page.run(SHOW)
    server.ask("DELETE", f"sessions/{session['id']}")
    return shown.splitlines()[0]


def test_the_top_of_a_lesson_says_what_it_takes_on_this_machine(tmp_path: Path) -> None:
    (tmp_path / "notebooks/1-try").mkdir(parents=True)
    (tmp_path / "notebooks/1-try/10-it.ipynb").write_text(json.dumps(LESSON))
    (tmp_path / "notebooks/mine.ipynb").write_text(json.dumps(LESSON | {"metadata": {}}))
    with jupyter(tmp_path / "own", tmp_path / "notebooks", XDG_CACHE_HOME=str(tmp_path / "cache")) as server:
        said = first_line(server, "1-try/10-it.ipynb")
        kept = json.loads((tmp_path / "cache/deep-learning-workshop/pace.json").read_text())
        waiting = 5 * kept["slowness"]
        assert said == f"Time: about {40 + waiting:.0f} min, {waiting:.0f} of them waiting, on this machine."
        assert first_line(server, "mine.ipynb").startswith("Memory:")
