from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from workshop.errors import WorkshopError
from workshop.teach import photos


def picture(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), "red")


def test_each_picture_has_its_title_and_credit() -> None:
    figure = photos.mosaic(
        [picture(90, 50)] * 3, ["one", "two", "three"], ["by A", "by B", "by C"], columns=2
    )
    assert [axes.get_title() for axes in figure.axes] == ["one", "two", "three", ""]
    assert [axes.get_xlabel() for axes in figure.axes] == ["by A", "by B", "by C", ""]
    assert all(len(axes.images) == (number < 3) for number, axes in enumerate(figure.axes))


def test_a_long_credit_is_wrapped_and_cut() -> None:
    (axes,) = photos.mosaic([picture(9, 9)], credits=["word " * 60]).axes
    assert axes.get_xlabel().count("\n") == 2


def test_nothing_to_show_is_said() -> None:
    assert [text.get_text() for text in photos.mosaic([]).texts] == ["none"]


def test_small_pictures_are_squares_or_keep_their_shape() -> None:
    assert photos.small(picture(400, 200), 50).size == (50, 50)
    assert photos.small(picture(400, 200), 50, square=False).size == (50, 25)
    assert photos.small(np.zeros((10, 20), dtype=np.uint8), 8).mode == "RGB"


def test_what_is_no_picture_is_one_line() -> None:
    with pytest.raises(WorkshopError, match="not a picture"):
        photos.small("nowhere.jpg", 50)
