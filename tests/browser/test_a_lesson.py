"""A real lesson in JupyterLab, cell by cell, on the kernel that set-up made."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter.serving import Jupyter, jupyter
from waiting import patience

from lessonkit.catalogue import Profile, exercises_in, find_lessons, read_solution
from lessonkit.runner import prepare

from .conftest import CHECKOUT, OF_JUPYTER, Open, Watch
from .notebooks import saved_unasked, wait_for_kernel

LESSON = "0-basics/10-theano-basics"
PATIENCE_MS = patience(120_000)


@pytest.fixture
def kernel(local_machine: Path) -> Path:
    """What set-up wrote about its kernel for Theano."""
    return local_machine / "venvs/jupyter/share/jupyter/kernels/theano/kernel.json"


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A participant's notebooks, in which the exercises of the lesson are answered."""
    folder = tmp_path / "notebooks"
    shutil.copytree(CHECKOUT / "notebooks", folder, ignore=shutil.ignore_patterns(".*"))
    lesson = next(each for each in find_lessons(folder) if each.name == LESSON)
    book = lesson.read()
    answers = {name: read_solution(folder, name) for name in exercises_in(book)}
    (folder / f"{LESSON}.ipynb").write_text(json.dumps(prepare(book, Profile.FAST, answers).notebook))
    return folder


@pytest.fixture
def lab(kernel: Path, notebooks: Path, tmp_path: Path) -> Iterator[Jupyter]:
    own = tmp_path / "own"
    (own / "share/kernels/theano").mkdir(parents=True)
    shutil.copy(kernel, own / "share/kernels/theano")
    with jupyter(own, notebooks) as server:
        yield server


def test_each_cell_is_run_by_shift_and_enter(
    lab: Jupyter, notebooks: Path, open_page: Open, watch: Watch, keep: Callable[..., None]
) -> None:
    book = notebooks / f"{LESSON}.ipynb"
    cells = json.loads(book.read_text())["cells"]
    page = open_page(f"{lab.url}/lab/tree/{LESSON}.ipynb?reset&token={lab.token}", 1366, 768)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    wait_for_kernel(lab, page, f"{LESSON}.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=PATIENCE_MS)
    count = 0
    for number, cell in enumerate(cells, start=1):
        page.keyboard.press("Shift+Enter")
        # Pressed before the next cell is chosen, the keys would run this one again.
        page.get_by_text(re.compile(rf"^Cell {number + 1}/")).wait_for()
        if cell["cell_type"] == "code":
            count += 1
            if cell["metadata"].get("jupyter", {}).get("source_hidden"):
                continue  # a folded cell shows no number; the next one's says that this has run
            prompt = page.locator(".jp-InputPrompt", has_text=f"[{count}]:")
            prompt.wait_for(state="attached", timeout=PATIENCE_MS)
        if count == 4:
            keep(page, "lesson")
    keep(page, "lesson-end")
    assert saved(page, book, count) == []
    page.close()  # it may complain until then
    watch.complaints[:] = [line for line in watch.complaints if not OF_JUPYTER.search(line)]


def saved(page: Any, book: Path, count: int) -> list[str]:
    """Wait until the notebook is saved with all of its cells run; return the errors in it."""

    def code_cells(stored: bytes) -> list[dict[str, Any]]:
        return [cell for cell in json.loads(stored)["cells"] if cell["cell_type"] == "code"]

    def has_run(stored: bytes) -> bool:
        ran = [cell["execution_count"] for cell in code_cells(stored) if cell["source"]]
        return ran == list(range(1, count + 1))

    return [
        f"{output['ename']}: {output['evalue']}"
        for cell in code_cells(saved_unasked(page, book, has_run))
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]
