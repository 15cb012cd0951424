from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from workshop.errors import WorkshopError
from workshop.teach import pictures


def picture(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), "red")


def test_small_pictures_are_squares_or_keep_their_shape() -> None:
    assert pictures.small(picture(400, 200), 50).size == (50, 50)
    assert pictures.small(picture(400, 200), 50, square=False).size == (50, 25)
    assert pictures.small(np.zeros((10, 20), dtype=np.uint8), 8).mode == "RGB"


def test_what_is_no_picture_is_one_line() -> None:
    with pytest.raises(WorkshopError, match="not a picture"):
        pictures.small("nowhere.jpg", 50)
