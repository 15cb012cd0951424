"""JupyterLab's launcher has a tile that opens the notebook which updates notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter.serving import Jupyter

from .conftest import UPGRADE, Open, Watch, expect, playwright
from .notebooks import Desk, wait_for_kernel


@pytest.mark.parametrize("desk", ["JupyterLab"], indirect=True)
def test_the_command_is_in_the_palette_and_the_tile_opens_the_notebook(desk: Desk) -> None:
    page = desk.at_hand(f"{desk.server.url}/lab?reset&token={desk.server.token}")
    tile = page.locator('.jp-LauncherCard[title*="keep every edit"]')
    tile.wait_for()
    expect(tile.locator("svg")).to_have_count(1)
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill("U for Upgrade")
    page.locator(".lm-CommandPalette-itemLabel", has_text="U for Upgrade").first.wait_for()
    page.keyboard.press("Escape")
    tile.click()
    page.locator(".jp-Notebook h1", has_text="U for Upgrade").wait_for()
    wait_for_kernel(desk.server, page, UPGRADE)


def test_notebook_7_does_without(
    server: tuple[Jupyter, Path],
    open_page: Open,
    participants_past: playwright.BrowserContext,
    watch: Watch,
) -> None:
    lab, _ = server
    page = open_page(f"{lab.url}/tree?token={lab.token}", 1280, 900, participants_past)
    page.locator(".jp-DirListing-item").first.wait_for()
    page.close()  # it may complain until then
    assert not [line for line in watch.complaints if "workshop" in line]
    watch.complaints.clear()  # Notebook 7 complains of itself at every start
