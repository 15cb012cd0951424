"""The field for a picture of one's own: chosen, dropped, too large, and no picture at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .notebooks import Desk

FIELD = """
from matplotlib.figure import Figure
from workshop.teach.picturedrop import PictureDrop

def look(picture):
    return Figure(figsize=(picture.width / 90, picture.height / 90))

PictureDrop(look)
"""
# What is shown has the size, in pixels, of the picture that the kernel got.
SHOWN = """
[...document.querySelectorAll('img[src^="data:image/png"]')].map(i => [i.naturalWidth, i.naturalHeight])
"""
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


@pytest.fixture
def page(desk: Desk, request: pytest.FixtureRequest) -> Any:
    opened = desk.run(f"drop-{abs(hash(request.node.name)) % 10**6}", FIELD)
    opened.get_by_text("Drop a picture here").wait_for()
    return opened


def choose(page: Any, path: Path) -> None:
    page.locator('input[type=file][accept="image/*"]').set_input_files(path)


def test_a_chosen_picture_arrives_small_and_upright(page: Any, tmp_path: Path) -> None:
    choose(page, picture(tmp_path / "large.png", 2048, 1024))
    page.get_by_text("large.png", exact=True).wait_for()
    assert page.evaluate(SHOWN) == [[1024, 512]]


def test_a_dropped_picture_arrives_and_the_next_replaces_it(page: Any, tmp_path: Path) -> None:
    field = page.locator('label:has-text("Drop a picture here")').element_handle()
    for name, width in (("first.png", 300), ("second.png", 200)):
        content = list(picture(tmp_path / name, width, 100).read_bytes())
        page.evaluate(DROP, [field, name, content])
        page.get_by_text(name, exact=True).wait_for()
        assert page.evaluate(SHOWN) == [[width, 100]]


def test_what_is_no_picture_gets_a_friendly_line(page: Any, tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear Sir")
    choose(page, picture(tmp_path / "fine.png", 100, 100))
    page.get_by_text("fine.png", exact=True).wait_for()
    choose(page, letter)
    page.get_by_text("letter.jpg is not a picture").wait_for()
    assert page.evaluate(SHOWN) == []
