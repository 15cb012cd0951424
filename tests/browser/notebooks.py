"""Notebooks for the tests to open: written here, run in a page by the front end itself."""

from __future__ import annotations

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


@dataclass
class Kept:
    """A page of each front end that one test leaves to the next: to load Jupyter costs more than a test."""

    pages: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """A Jupyter server with one front end, before which a test sits."""

    name: str
    server: Jupyter
    folder: Path
    open_page: Callable[..., Any]
    follow: Callable[[Any], None]
    """Watches a page that an earlier test has left."""
    kept: Kept
    pages: list[Any] = field(default_factory=list)

    def run(
        self, name: str, *cells: str | nbformat.NotebookNode, alone: bool = False, **options: object
    ) -> Any:
        """Open a new notebook with these cells, most of them code, and run them all; return the page.

        It is a page that the next test gets as well, unless it shall be ``alone`` in one or has ``options``.
        """
        made = (nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells)
        book = nbformat.v4.new_notebook(cells=list(made))
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, self.folder / f"{name}.ipynb")
        address = f"{self.server.url}/{FRONT_ENDS[self.name]}/{name}.ipynb?reset&token={self.server.token}"
        if alone or options:
            page = self.open_page(address, 1280, 900, **options)
            self.pages.append(page)
        else:
            loads = self.name not in self.kept.pages or self.name != "JupyterLab"
            page = self.at_hand(address)
            if not loads:
                choose(page, "File", "Open from Path…")
                page.get_by_role("dialog").get_by_role("textbox").fill(f"{name}.ipynb")
                page.get_by_role("dialog").get_by_role("button", name="Open", exact=True).click()
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        wait_for_kernel(self.server, page, f"{name}.ipynb")
        self.run_all(page)
        return page

    def at_hand(self, address: str) -> Any:
        """Return the page that tests leave to each other; JupyterLab opens the address only in a new one."""
        if page := self.kept.pages.get(self.name):
            self.follow(page)
            if self.name != "JupyterLab":
                page.goto(address)
        else:
            page = self.kept.pages[self.name] = self.open_page(address, 1280, 900, keep=True)
        return page

    def run_all(self, page: Any) -> None:
        """Choose "Run All Cells" from the menu, as a participant does."""
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
        choose(page, "Run", "Run All Cells")

    def leave(self, *, failed: bool) -> None:
        """Close the pages, or what they show, then end their kernels: a page complains of one that is gone.

        Nobody gets the page of a test that failed, nor one whose notebooks cannot be closed.
        """
        for page in self.pages:
            page.close()
        if page := self.kept.pages.pop(self.name, None):
            if failed:
                page.close()
            else:
                self.clear(page)
                self.kept.pages[self.name] = page
        for kernel in self.kernels().values():
            self.server.ask("DELETE", f"kernels/{kernel}")

    def clear(self, page: Any) -> None:
        """Close the notebooks of a page that the next test gets."""
        if self.name != "JupyterLab":
            page.goto(f"{self.server.url}/api")
            return
        choose(page, "File", "Close All Tabs")
        unsaved = page.get_by_role("dialog").get_by_role("button", name="Discard")
        end = time.monotonic() + patience(60)
        while page.locator(".jp-Notebook").count():
            assert time.monotonic() < end, "a notebook stays open"
            if unsaved.is_visible():
                unsaved.click()
            page.wait_for_timeout(50)

    def kernels(self) -> dict[str, str]:
        """Return the notebooks whose kernels run, with the kernels' identities."""
        return {entry["path"]: entry["kernel"]["id"] for entry in self.server.ask("GET", "sessions")}


def choose(page: Any, *names: str) -> None:
    """Choose from the menu, as a participant does."""
    for name in names:
        page.get_by_role("menuitem", name=name, exact=True).click()


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


def saved_unasked(page: Any, book: Path, is_whole: Callable[[bytes], bool]) -> bytes:
    """Wait until JupyterLab, by itself, has saved a notebook as it is to be; return its file.

    Saved by hand at that very moment, too, JupyterLab on a busy machine finds that the file has changed on
    the disk, and asks.
    """
    end = time.monotonic() + patience(60)
    while not is_whole(stored := book.read_bytes()):
        assert time.monotonic() < end, f"{book.name} was not saved as it is to be: {stored[-300:]!r}"
        page.wait_for_timeout(100)
    return stored
