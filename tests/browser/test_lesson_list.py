"""JupyterLab opens on today's lessons; a lesson opens from there, and what was run of it is counted."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter.serving import Jupyter, jupyter

from workshop.core.settings import Settings
from workshop.jupyter.tickets import CONSOLE
from workshop.site.build import _config

from .conftest import LAUNCHER, Open, expect, playwright

SIZES = ((360, 740), (820, 1180), (1366, 768))
PICTURES = os.environ.get("WORKSHOP_TEST_PICTURES")
"""A folder for pictures of what was looked at; for whoever looks."""
TITLES = {
    "a/first": "Does this machine work?",
    "b/second": "A network of three layers",
    "b/third": "Convolutions",
}


def notebook(runs: int) -> dict[str, Any]:
    """Return a notebook of two cells with code, of which some were run."""
    cells = [
        {
            "cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [], "source": "1 + 1",
            "execution_count": number + 1 if number < runs else None,
        }
        for number in range(2)
    ]  # fmt: skip
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jupyter, Path]]:
    """A machine whose start page has a plan, and which has a console; with the file of the console's code."""
    folder = tmp_path_factory.mktemp("planned")
    lessons = [
        {"path": f"{name}.ipynb", "title": title, "minutes": 10 + number}
        for number, (name, title) in enumerate(TITLES.items())
    ]
    plan = {"name": "short", "title": "Ninety minutes", "items": [{"lessons": [name]} for name in TITLES]}
    known = {"lessons": lessons, "workshops": [plan], "today": {"workshop": "short", "start": ""}}
    (folder / "web").mkdir()
    (folder / "web/config.js").write_bytes(_config(Settings(), known))
    for runs, name in zip((2, 1, 0), TITLES, strict=True):
        file = folder / f"notebooks/{name}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(notebook(runs)))
    (folder / "workshop.toml").write_text(f'prefix = "{folder}"\n')
    shutil.copytree(LAUNCHER, folder / "own/share/labextensions/workshop-upgrade")
    more = {"WORKSHOP_CONFIG": str(folder / "workshop.toml"), CONSOLE: str(folder / "code")}
    # This checkout's extension comes before one that is installed.
    more["JUPYTER_PREFER_ENV_PATH"] = "0"
    with jupyter(folder / "own", folder / "notebooks", **more) as server:
        yield server, folder / "code"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_the_code_leads_to_todays_lessons(
    planned: tuple[Jupyter, Path], open_page: Open, size: tuple[int, int]
) -> None:
    server, code = planned
    page = open_page(f"{server.url}/lab?reset", *size)
    field = page.get_by_label("The code of this machine")
    expect(field).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"login-{size[0]}")
    field.fill(code.read_text().strip().upper())
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Today's lessons").wait_for()
    rows = page.locator("#workshop-upgrade-lessons li")
    assert [row.locator("strong").inner_text() for row in rows.all()] == list(TITLES.values())
    expect(rows.nth(0)).to_contain_text("✓")
    expect(rows.nth(0)).to_contain_text("10 min · all cells run")
    expect(rows.nth(1)).to_contain_text("1 of 2 cells run")
    expect(rows.nth(2)).not_to_contain_text("run")
    box = rows.nth(0).bounding_box()
    assert box and box["width"] > 200, "the list has room"
    picture(page, f"lessons-{size[0]}")


def test_a_lesson_opens_from_the_list_and_the_command_brings_it_back(
    planned: tuple[Jupyter, Path], open_page: Open
) -> None:
    server, _ = planned
    page = open_page(f"{server.url}/lab?reset&token={server.token}", 1280, 900)
    page.get_by_role("link", name="Convolutions").click()
    # A notebook that becomes ready may take the focus, and the palette would close.
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill("Today's lessons")
    page.locator(".lm-CommandPalette-itemLabel", has_text="Today's lessons").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#workshop-upgrade-lessons li")).to_have_count(3)
    expect(page.get_by_role("heading", name="Today's lessons")).to_be_visible()


def picture(page: playwright.Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png")
