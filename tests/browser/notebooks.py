"""Notebooks for the tests to open: written here, run in a page by the front end itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jupyter.serving import Jupyter
from waiting import patience

FRONT_ENDS = {"JupyterLab": "lab/tree", "Notebook 7": "notebooks"}
"""Each front end, and where it opens a notebook."""

FIGURES: list[str] = []
"""What the tests measured, for the end of their report."""


@dataclass(frozen=True)
class Desk:
    """A Jupyter server with one front end, before which a test sits."""

    name: str
    server: Jupyter
    folder: Path
    open_page: Callable[..., Any]
    pages: list[Any] = field(default_factory=list)

    def run(self, name: str, *cells: str | nbformat.NotebookNode, **options: object) -> Any:
        """Open a new notebook with these cells, most of them code, and run them all; return the page."""
        made = (nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells)
        book = nbformat.v4.new_notebook(cells=list(made))
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, self.folder / f"{name}.ipynb")
        address = f"{self.server.url}/{FRONT_ENDS[self.name]}/{name}.ipynb?reset&token={self.server.token}"
        page = self.open_page(address, 1280, 900, **options)
        self.pages.append(page)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        wait_for_kernel(self.server, page, f"{name}.ipynb")
        self.run_all(page)
        return page

    def run_all(self, page: Any) -> None:
        """Choose "Run All Cells" from the menu, as a participant does."""
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def leave(self) -> None:
        """Close the pages, then end their kernels: an open page complains of one that is gone."""
        for page in self.pages:
            page.close()
        for kernel in self.kernels().values():
            self.server.ask("DELETE", f"kernels/{kernel}")

    def kernels(self) -> dict[str, str]:
        """Return the notebooks whose kernels run, with the kernels' identities."""
        return {entry["path"]: entry["kernel"]["id"] for entry in self.server.ask("GET", "sessions")}


def wait_for_kernel(server: Jupyter, page: Any, path: str) -> None:
    """Wait until a notebook's kernel answers; asked earlier, the front end would ask which kernel to take."""
    end = time.monotonic() + patience(60)
    while not any(
        entry["path"] == path
        and entry["kernel"]["connections"]
        and entry["kernel"]["execution_state"] == "idle"
        for entry in server.ask("GET", "sessions")
    ):
        assert time.monotonic() < end, "the notebook has no kernel"
        page.wait_for_timeout(200)


def as_stored(book: Path) -> bytes | None:
    """Return a notebook's file; None while Jupyter writes it, which empties it first."""
    found = book.read_bytes()
    try:
        json.loads(found)
    except ValueError:
        return None
    return found
