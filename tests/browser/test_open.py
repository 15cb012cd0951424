"""The file of ``workshop open`` logs a real browser in: its cookies, of this site alone, count at once."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from jupyter.serving import Jupyter

from workshop.machine.open import write_page

from .conftest import expect, playwright


def ask_for_ticket(lab: Jupyter) -> str:
    headers = {"Authorization": f"token {lab.token}"}
    request = urllib.request.Request(f"{lab.url}/workshop/api/tickets", method="POST", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["ticket"])


def test_the_file_opens_jupyter_logged_in(
    server: tuple[Jupyter, Path],
    browser: playwright.Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab, _ = server
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    ticket = ask_for_ticket(lab)
    file = write_page(f"{lab.url}/login#{ticket}")
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.goto(file.as_uri())
        page.wait_for_url("**/lab**")
        expect(page.locator("#jp-main-dock-panel")).to_be_visible()
        assert not [url for url in asked if ticket in url]
        (login,) = (each for each in context.cookies() if each["name"].startswith("username"))
        assert login["httpOnly"]
        assert login["sameSite"] == "Strict"
        assert login["path"] != "/"
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(file.as_uri())
        expect(page.get_by_role("alert")).to_contain_text("the link was used already")
