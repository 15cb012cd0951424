"""The field for a picture of one's own: chosen, dropped, too large, and no picture at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .conftest import wait_until
from .notebooks import Desk

FIELD = """
from matplotlib.figure import Figure
from workshop.teach.picturedrop import PictureDrop

def look(picture):
    return Figure(figsize=(picture.width / 90, picture.height / 90))

PictureDrop(look)
"""
# What is shown has the size, in pixels, of the picture that the kernel got, as soon as it is decoded.
SHOWN = """JSON.stringify(
[...document.querySelectorAll('img[src^="data:image/png"]')].map(i => [i.naturalWidth, i.naturalHeight]))"""
DROP = """
([field, name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name));
  for (const kind of ["dragover", "drop"])
    field.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
}
"""


def picture(path: Path, width: int, height: int) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path


def test_a_picture_is_chosen_dropped_and_replaced_and_a_letter_is_refused_kindly(
    desk: Desk, tmp_path: Path
) -> None:
    page = desk.run("drop", FIELD)
    page.get_by_text("Drop a picture here").wait_for()
    field = page.locator('label:has-text("Drop a picture here")').element_handle()
    choose(page, picture(tmp_path / "large.png", 2048, 1024))
    page.get_by_text("large.png", exact=True).wait_for()
    wait_until(page, f"{SHOWN} === '[[1024,512]]'")  # it arrives small and upright
    for name, width in (("first.png", 300), ("second.png", 200)):
        content = list(picture(tmp_path / name, width, 100).read_bytes())
        page.evaluate(DROP, [field, name, content])
        page.get_by_text(name, exact=True).wait_for()
        wait_until(page, f"{SHOWN} === '[[{width},100]]'")  # the next one replaces it
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear Sir")
    choose(page, letter)
    page.get_by_text("letter.jpg is not a picture").wait_for()
    assert page.evaluate(SHOWN) == "[]"


def choose(page: Any, path: Path) -> None:
    page.locator('input[type=file][accept="image/*"]').set_input_files(path)
