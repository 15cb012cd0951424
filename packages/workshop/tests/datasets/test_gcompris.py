from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from datasets.test_qt_resource import Tree, resource
from workshop.datasets import gcompris
from workshop.datasets.store import WrongContentError

BOARD = """
property string instruction: qsTr("Albrecht Dürer, Lion & Cub - 1494")
{{ "pixmapfile" : "image/bg.svg", "type" : "SHAPE_BACKGROUND_IMAGE", "width": 40, "height": 20 }},
{{ "pixmapfile" : "image/left.webp", "x" : "0.25", "y" : "0.5" }},
{{ "pixmapfile" : "image/{right}.webp", "x" : "0.75", "y" : "0.5" }}
"""


def webp(size: tuple[int, int], colour: str = "red", mode: str = "RGB", **options: object) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, colour).save(content, "webp", **options)
    return content.getvalue()


def game(board: str, **images: bytes) -> bytes:
    tree: Tree = {
        "gcompris": {
            "resource": {
                "board": {"board1_0.qml": board.encode()},
                "image": {f"{name}.webp": content for name, content in images.items()},
            }
        }
    }
    return resource(tree)


def paintings(raw: bytes) -> dict[str, str]:
    found = gcompris.paintings(io.BytesIO(raw))
    return {name: b"".join(content).decode() for name, content in found}


def test_photographs_keep_their_bytes_and_folder() -> None:
    photo = webp((3, 2))
    tree: Tree = {"src": {"images": {"fishes": {"fish1.webp": photo}, "letters": {"a.svg": b"<svg/>"}}}}
    found = {name: b"".join(content) for name, content in gcompris.photographs(io.BytesIO(resource(tree)))}
    assert found == {"fishes/fish1.webp": photo}


def test_a_painting_holds_its_pieces_at_their_places() -> None:
    left, right = webp((20, 20)), webp((20, 18), "blue")
    (drawing,) = paintings(game(BOARD.format(right="right"), left=left, right=right)).values()
    assert "<title>Albrecht Dürer, Lion &amp; Cub - 1494</title>" in drawing
    found = re.findall(r'x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)".*?base64,([^"]+)"', drawing)
    assert [tuple(map(int, place)) for *place, _ in found] == [(0, 0, 20, 20), (20, 1, 20, 18)]
    assert [base64.b64decode(data) for *_, data in found] == [left, right]


def test_a_missing_piece_is_wrong_content() -> None:
    with pytest.raises(WrongContentError, match=r"lacks the piece image/right\.webp"):
        paintings(game(BOARD.format(right="right"), left=webp((2, 2))))


def test_another_description_is_wrong_content() -> None:
    with pytest.raises(WrongContentError, match="another way"):
        paintings(game("nothing of a painting"))


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\x89PNG" + bytes(40)])
def test_what_is_no_webp_is_wrong_content(content: bytes) -> None:
    with pytest.raises(WrongContentError, match="not a WebP"):
        gcompris.webp_size(content)
