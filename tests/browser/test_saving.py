"""What is typed into a notebook is soon in its file without a click, and outlives the end of the server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter.serving import DEFAULTS, jupyter
from waiting import alive, patience

from .conftest import OF_JUPYTER, Open, Watch
from .notebooks import Desk, wait_for_kernel

SECONDS = json.loads(DEFAULTS.read_text())["@jupyterlab/docmanager-extension:plugin"]["autosaveInterval"]
"""After which what was typed is saved, as docs/howto/container.md says."""
STOP_SECONDS = 4.0
"""For a container's services to end; what has not ended then is killed (``organiser/image/start``)."""


def type_into(page: Any, text: str) -> None:
    """Type at the end of the first cell, as a participant does."""
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def has(book: Path, text: str) -> bool:
    """Tell whether a notebook's file holds a text."""
    return text.encode() in book.read_bytes()


def test_what_is_typed_is_in_the_file_after_seconds(desk: Desk) -> None:
    page = desk.run("typed", "1 + 1")
    type_into(page, "  # mine")
    book = desk.folder / "typed.ipynb"
    page_waits(page, lambda: has(book, "# mine"), SECONDS + 2)


def page_waits(page: Any, condition: Any, seconds: float) -> None:
    """Wait as ``wait_until`` does, with the page at work meanwhile."""
    end = time.monotonic() + patience(seconds)
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        page.wait_for_timeout(200)


@pytest.mark.slow
def test_what_was_typed_outlives_the_end_of_the_server(open_page: Open, watch: Watch, tmp_path: Path) -> None:
    """As a container is stopped and started again: with a page open, and a kernel that computes."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("while True: pass")])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, notebooks / "a.ipynb")
    with jupyter(tmp_path / "own", notebooks) as first:
        page = open_page(f"{first.url}/lab/tree/a.ipynb?token={first.token}", 1280, 900)
        wait_for_kernel(first, page, "a.ipynb")
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+Enter")
        type_into(page, "  # long before")
        page_waits(page, lambda: has(notebooks / "a.ipynb", "# long before"), SECONDS + 2)
        assert [line for line in watch.complaints if not OF_JUPYTER.search(line)] == []
        type_into(page, ", just before")
        os.kill(first.process, signal.SIGTERM)
        killed = time.monotonic() + STOP_SECONDS
        while alive(first.process) and time.monotonic() < killed:
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.kill(first.process, signal.SIGKILL)
        assert has(notebooks / "a.ipynb", "# long before")
        assert not has(notebooks / "a.ipynb", "just before")
    # Whoever leaves the page open loses not even that.
    with jupyter(tmp_path / "own", notebooks, port=first.port):
        page_waits(page, lambda: has(notebooks / "a.ipynb", "just before"), SECONDS + 60)
        page.close()
    # What JupyterLab says of requests without a server, and of a kernel that the next one does not have.
    watch.complaints.clear()
