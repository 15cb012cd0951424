"""Predict, then see: by keyboard, before and after all was run, and again when the kernel was restarted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import patience

from .audit import COLOURS, faults_of
from .conftest import CHECKOUT, wait_until
from .notebooks import Desk, saved_unasked, wait_for_kernel

SHARE = """
from lessonkit import ask, reveal

ask(
    "digits-share",
    "All digits are pushed five pixels to the right. How many of 100 does the network still get right?",
    unit="%",
    between=(0, 100),
    default=90,
)
"""
KIND = """
ask("digits-kind", "Which network is right more often?", choices=["dense", "convolutions"], default="dense")
"""
SEEN = """
shares = {"dense": 31.4, "convolutions": 66.25}
reveal("digits-share", shares["convolutions"])
reveal("digits-kind", max(shares, key=shares.get))
"""
END = 'import os\nprint("the end of kernel", os.getpid())'
FORM = "form.lessonkit-predict"
FILTER = CHECKOUT / "tools/ipynb_optional_output_filter.py"


def kept_in(desk: Desk) -> Path:
    """Return where the account of the server keeps what was predicted."""
    return desk.folder.parent / "own/.local/state/lessonkit/predictions"


def settled(page: Any, text: str, where: str = ".jp-OutputArea-output") -> None:
    """Wait until a text stands in an output."""
    page.locator(where, has_text=text).first.wait_for(timeout=patience(60_000))


def predicted(page: Any, form: int) -> str:
    """Return what a form says of what was predicted."""
    return str(page.locator(FORM).nth(form).locator("[role=status]").inner_text())


def open_it(desk: Desk, name: str, *, alone: bool = False) -> Any:
    page = desk.run(name, SHARE, KIND, SEEN, END, alone=alone)
    settled(page, "the end of")  # nobody was waited for
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    return page


def test_a_prediction_is_revealed_outlives_the_kernel_and_is_the_learners_alone(desk: Desk) -> None:
    """A page of Jupyter takes seconds to open: so they take turns on one."""
    name = f"predicting-{desk.name[-1]}"
    shutil.rmtree(kept_in(desk), ignore_errors=True)  # what was predicted in another front end
    page = open_it(desk, name)
    predict_by_keyboard(desk, name, page)
    keep_what_was_predicted_out_of_the_notebook(desk, name, page)


def predict_by_keyboard(desk: Desk, name: str, page: Any) -> None:
    settled(page, "You predicted nothing, so 90 % stands in; it is 66.2 %.")
    assert predicted(page, 0) == "", "the form itself shows nothing before somebody predicts"
    number = page.get_by_label("Your number")
    number.focus()
    page.keyboard.press("Enter")
    assert predicted(page, 0) == "Give a number from 0 to 100 first."
    page.keyboard.type("700")
    page.keyboard.press("Shift+Enter")  # which elsewhere runs a cell
    assert predicted(page, 0) == "Give a number from 0 to 100 first."
    page.keyboard.press("Control+a")
    page.keyboard.type("70")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Reveal"
    page.keyboard.press("Space")
    settled(page, "You predicted 70 %; it is 66.2 %.", FORM)
    settled(page, "● You predicted 70 %; it is 66.2 %.")
    # Choices are one stop of Tab; the arrows move among them.
    page.get_by_role("radio", name="dense").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page, "You predicted “convolutions”, and so it is.", FORM)
    settled(page, "● You predicted “convolutions”, and so it is.")

    before = page.get_by_text("the end of kernel").last.inner_text().strip()
    desk.server.ask("POST", f"kernels/{desk.kernels()[f'{name}.ipynb']}/restart")
    wait_for_kernel(desk.server, page, f"{name}.ipynb")
    desk.run_all(page)
    wait_until(page, f"!document.body.innerText.includes({json.dumps(before)})")
    settled(page, "the end of kernel")
    settled(page, "You predicted 70 %; it is 66.2 %.", FORM)
    assert number.input_value() == "70"
    assert number.is_disabled()
    # Taken back, it is gone from the disk, too.
    page.get_by_role("button", name="Predict anew").first.click()
    number.fill("0")
    page.keyboard.press("Enter")
    settled(page, "● You predicted 0 %; it is 66.2 %.")
    settled(page, "You predicted 0 %; it is 66.2 %.", FORM)


def keep_what_was_predicted_out_of_the_notebook(desk: Desk, name: str, page: Any) -> None:
    form = page.locator(FORM).first
    form.get_by_role("button", name="Predict anew").click()
    page.get_by_label("Your number").fill("71.8")
    form.get_by_role("button", name="Reveal").click()
    settled(page, "● You predicted 71.8 %; it is 66.2 %.")
    folder = kept_in(desk)
    file = folder / "digits-share.json"
    assert json.loads(file.read_text())["value"] == 71.8
    assert (file.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)
    stored = cleaned(page, desk.folder / f"{name}.ipynb")
    assert "digits-share" in stored
    assert "71.8" not in stored  # with a point: a cell's id is made by chance, and may hold any two digits


def cleaned(page: Any, book: Path) -> str:
    """Wait until a notebook was saved with what was predicted in it; return what git would store of it."""
    stored = saved_unasked(page, book, lambda stored: b"You predicted 71.8" in stored)
    done = subprocess.run([sys.executable, FILTER, "clean"], input=stored, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_form_fits_and_has_colours_that_can_be_read(
    desk: Desk, keep: Callable[..., None], theme: str
) -> None:
    chosen = desk.folder.parent / "own/lab/user-settings/@jupyterlab/apputils-extension"
    chosen.mkdir(parents=True, exist_ok=True)
    file = chosen / "themes.jupyterlab-settings"
    file.write_text(json.dumps({"theme": f"JupyterLab {theme.title()}"}), encoding="utf-8")
    try:
        page = open_it(desk, f"form-{theme}-{desk.name[-1]}", alone=True)  # a page asks for its theme once
    finally:
        file.unlink()
    page.locator(f'body[data-jp-theme-light="{json.dumps(theme == "light")}"]').wait_for(state="attached")
    for width, height in ((1366, 768), (390, 844)):
        if width < 600 and desk.name == "JupyterLab":
            page.keyboard.press("Control+b")  # on a telephone the list of files would take most of it
        page.set_viewport_size({"width": width, "height": height})
        page.locator(FORM).first.scroll_into_view_if_needed()
        keep(page, f"prediction-{theme}-{width}-{desk.name.replace(' ', '')}")
        for form in page.locator(FORM).all():
            assert form.evaluate("form => form.scrollWidth <= form.clientWidth"), "nothing sticks out"
        assert faults_of(page, FORM, COLOURS) == []
