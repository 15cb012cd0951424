"""What lessons show while they run, in both of Jupyter's front ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from waiting import patience

from .conftest import expect, wait_until
from .notebooks import Desk

# It goes on past its half when the test has seen that: a busy machine's page may be behind.
TRAINING = """
import time
from pathlib import Path
import numpy as np
from workshop.teach import live, training

live.SECONDS_BETWEEN_PICTURES = 0.5
live.SHARE_OF_DRAWING = 1.0

def step(x, y, rate):
    time.sleep(0.04)
    step.number += 1
    while step.number > 50 and not Path("seen").exists():
        time.sleep(0.05)
    step.loss *= 0.98
    return step.loss

step.loss, step.number = 2.3, 0
x, y = np.zeros((320, 1)), np.zeros(320)
plan = {"epochs": 5, "size": 16, "rate": lambda *_: 0.1, "test_error": lambda: 0.02}
history = training.train(step, x, y, title="toy", **plan)
"""
PICTURE = ".jp-OutputArea-output img"
OUTPUT = ".jp-OutputArea-output"


def test_the_curve_grows_while_the_network_learns(desk: Desk) -> None:
    (desk.folder / "seen").unlink(missing_ok=True)  # by the test of the other front end
    page = desk.run("curve", TRAINING)
    picture, line = page.locator(PICTURE), page.locator(OUTPUT, has_text="toy")
    picture.wait_for()
    expect(line).to_contain_text(re.compile(r"loss [12]\.\d"), use_inner_text=True)
    wait_until(page, "0 < document.querySelector('.jp-OutputArea-output progress').value")
    assert float(page.locator(f"{OUTPUT} progress").get_attribute("value")) < 1
    first = picture.get_attribute("src")
    (desk.folder / "seen").touch()
    wait_until(page, "document.querySelector('.jp-OutputArea-output progress').value === 1")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    expect(picture).to_have_count(1)
    assert picture.get_attribute("src") != first
    expect(line).to_contain_text("100%", use_inner_text=True)
    expect(line).to_contain_text("test error 2.00%", use_inner_text=True)


def test_headless_the_same_cells_leave_one_still_picture(tmp_path: Path) -> None:
    (tmp_path / "seen").touch()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(TRAINING)])
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, timeout=round(patience(120)), kernel_name="python3", resources=where).execute()
    outputs = book.cells[0].outputs
    assert [sorted(output.data) for output in outputs] == [
        ["text/html", "text/plain"],
        ["image/png", "text/plain"],
    ]
    assert "100%" in outputs[0].data["text/plain"]


CONFUSED = """
import numpy as np
from workshop.teach import pictures
rng = np.random.default_rng(1)
images, truth = rng.random((60, 1, 28, 28)), rng.integers(0, 10, 60)
p = rng.dirichlet(np.ones(10), 60)
"""


def test_small_multiples_confusion_and_mistakes_are_shown_once(desk: Desk) -> None:
    matrix = "pictures.draw_confusion(pictures.confusion_matrix(truth, p.argmax(axis=1)))"
    mistakes = "pictures.worst_mistakes(images, truth, p)"
    page = desk.run("pictures", CONFUSED, "pictures.small_multiples(images[:20])", matrix, mistakes)
    expect(page.locator(PICTURE)).to_have_count(3)
    # A picture has no size before it is decoded.
    wait_until(page, f"[...document.querySelectorAll('{PICTURE}')].every((each) => each.naturalWidth > 200)")
    nobody_is_asked_about_news(page)


def nobody_is_asked_about_news(page: Any) -> None:
    config: dict[str, Any] = json.loads(page.locator("#jupyter-config-data").text_content())
    assert "@jupyterlab/apputils-extension:announcements" in config["disabledExtensions"]
    expect(page.get_by_text("official Jupyter news")).to_have_count(0)


SHOW = "from workshop.teach import memory\nmemory.show()"


def test_the_button_ends_other_kernels_and_spares_this_one(desk: Desk) -> None:
    # Of the other notebook nobody need see the page.
    forgotten = {"path": "forgotten.ipynb", "name": "forgotten.ipynb", "type": "notebook"}
    session = desk.server.ask("POST", "sessions", forgotten | {"kernel": {"name": "python3"}})
    with desk.server.page(session["kernel"]["id"]) as other:
        assert "held" in other.run("block = b'x' * 200_000_000\nprint('held')")
    page = desk.run("mine", "kept = 7", SHOW, "print('kept', kept)")
    label = page.locator(".widget-html-content", has_text="Other kernels: ")
    label.wait_for()
    held = int(re.search(r"forgotten.ipynb \((\d+) MB\)", label.inner_text())[1])
    assert 200 < held < 500
    page.get_by_role("button", name="End other kernels").click()
    told = page.locator(".widget-html-content", has_text="Ended 1 other kernel, ")
    told.wait_for()
    expect(told).to_contain_text("Memory: this kernel uses", use_inner_text=True)
    assert list(desk.kernels()) == ["mine.ipynb"]
    desk.run_all(page)
    page.locator(OUTPUT, has_text="kept 7").wait_for()
    # Nothing is left to end: only the line is shown.
    page.wait_for_function("document.querySelectorAll('.jp-OutputArea-output .widget-button').length === 0")


TRAINED = """
import numpy as np
from workshop.teach import checkpoints
print(checkpoints.save("late", [np.full((2, 2), 7.0)], {"error": 0.02}).name)
"""
LATE = """
from workshop.teach import checkpoints
weights, facts = checkpoints.rejoin("late")
shipped, _ = checkpoints.rejoin("mlp-full")
print(weights[0].sum(), shipped[0].shape)
"""


def test_who_comes_late_rejoins_with_what_was_trained_before(desk: Desk) -> None:
    kernel = desk.server.start()
    with desk.server.page(kernel) as trained:
        assert "late.npz" in trained.run(TRAINED)
    desk.server.ask("DELETE", f"kernels/{kernel}")
    page = desk.run("late", LATE)
    said = page.locator(OUTPUT, has_text="28.0 (784, 400)")
    said.wait_for()
    expect(said).to_contain_text("Rejoined with your own network late: error 0.02", use_inner_text=True)
    expect(said).to_contain_text("Rejoined with the workshop's network mlp-full", use_inner_text=True)


KILLED = "import os, signal, time; time.sleep(1); os.kill(os.getpid(), signal.SIGKILL)"


def test_a_dead_kernel_says_why_and_the_next_cell_is_answered_by_a_new_one(desk: Desk) -> None:
    page = desk.run("dies", "print('before')", KILLED, "print(6 * 7)")
    # Jupyter's own dialogue only says that it died. Whoever runs a cell at once after that need not wait.
    page.get_by_role("dialog").get_by_role("button", name="Ok", exact=True).click()
    page.locator(".jp-Notebook .jp-CodeCell").nth(2).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.locator(OUTPUT, has_text=re.compile(r"^42\s*$")).wait_for()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    said = page.locator(".jp-CodeCell", has_text="os.kill").locator(OUTPUT)
    said.wait_for()
    expect(said).to_contain_text("This notebook's kernel was ended from outside", use_inner_text=True)
    assert said.is_visible()
