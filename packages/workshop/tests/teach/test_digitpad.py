"""Drawings become what MNIST's makers would have made of them, and are answered at once."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.teach.digitpad import SIDE, DigitPad, as_mnist


def stroke(top: int, left: int, height: int, width: int) -> npt.NDArray[np.uint8]:
    drawing = np.zeros((SIDE, SIDE), dtype=np.uint8)
    drawing[top : top + height, left : left + width] = 255
    return drawing


def as_sent(drawing: npt.NDArray[np.uint8]) -> str:
    return base64.b64encode(drawing.tobytes()).decode()


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 50), st.integers(1, 50))
def test_size_and_place_of_the_drawing_do_not_matter(top: int, left: int, height: int, width: int) -> None:
    picture = as_mnist(stroke(top, left, height, width))
    assert picture.shape == (1, 1, 28, 28)
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1
    rows, columns = np.nonzero(picture[0, 0])
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert abs(rows.mean() - 13.5) <= 0.5
    assert abs(columns.mean() - 13.5) <= 0.5


@pytest.fixture
def pad() -> DigitPad:
    def predict(picture: npt.NDArray[np.float32]) -> Any:
        assert picture.shape == (1, 1, 28, 28)
        return np.eye(10)[[7]]

    return DigitPad(predict)


def test_drawing_is_answered(pad: DigitPad) -> None:
    pad.drawing = as_sent(stroke(20, 50, 70, 10))
    assert pad.answer["probabilities"] == [0.0] * 7 + [1.0, 0.0, 0.0]
    assert len(pad.answer["picture"]) == 784
    assert max(pad.answer["picture"]) == 255
    assert pad.answer["blank"] is False
    assert pad.milliseconds > 0


@pytest.mark.parametrize("text", ["no base64!", "dG9vIHNob3J0", "é"])
def test_anything_but_a_drawing_is_ignored(pad: DigitPad, text: str) -> None:
    pad.drawing = text
    assert pad.answer == {}


def test_without_a_browser_it_is_a_still_picture(pad: DigitPad) -> None:
    pad.drawing = as_sent(stroke(20, 50, 70, 10))
    data, _ = pad._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_page_fetches_nothing_from_elsewhere(pad: DigitPad) -> None:
    code = str(pad._esm)
    assert "export default" in code
    assert "http" not in code
    assert "import " not in code
    assert f"SIDE = {SIDE};" in code
