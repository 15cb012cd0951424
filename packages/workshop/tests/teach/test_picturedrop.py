"""A participant's own picture is looked at; what is none gets a friendly line."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from workshop.teach.picturedrop import PictureDrop


@pytest.fixture
def seen() -> list[Image.Image]:
    return []


@pytest.fixture
def drop(seen: list[Image.Image]) -> PictureDrop:
    def look(picture: Image.Image) -> Figure:
        seen.append(picture)
        return Figure(figsize=(1, 1))

    return PictureDrop(look)


def as_sent(content: bytes, name: str = "dog.png") -> dict[str, Any]:
    return {"name": name, "content": base64.b64encode(content).decode()}


def png(size: tuple[int, int] = (30, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (200, 10, 10, 255)).save(out, format="png")
    return out.getvalue()


def test_a_dropped_picture_is_looked_at(drop: PictureDrop, seen: list[Image.Image]) -> None:
    drop.sent = as_sent(png())
    assert seen[0].size == (30, 20)
    assert seen[0].getpixel((3, 3)) == (200, 10, 10)
    assert drop.answer["text"] == "dog.png"
    assert base64.b64decode(drop.answer["png"]).startswith(b"\x89PNG")


def test_a_picture_is_named_by_its_path(drop: PictureDrop, seen: list[Image.Image], tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(png((8, 8)))
    drop.look_at(tmp_path / "cat.png")
    assert seen[0].size == (8, 8)
    PictureDrop(drop.look, str(tmp_path / "cat.png"))
    assert len(seen) == 2


@pytest.mark.parametrize("content", [b"", b"Dear Sir", png()[:40], png()[:-30]])
def test_a_broken_file_gets_a_friendly_line(drop: PictureDrop, seen: list[Any], content: bytes) -> None:
    drop.sent = as_sent(content, "letter.jpg")
    assert seen == []
    assert "letter.jpg is not a picture" in drop.answer["text"]
    assert drop.answer["png"] == ""


def test_without_a_browser_it_is_the_last_answer(drop: PictureDrop) -> None:
    data, _ = drop._repr_mimebundle_()
    assert "image/png" not in data
    drop.sent = as_sent(png())
    data, _ = drop._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_page_fetches_nothing_from_elsewhere(drop: PictureDrop) -> None:
    code = str(drop._esm)
    assert "export default" in code
    assert "http" not in code
    assert "import " not in code
