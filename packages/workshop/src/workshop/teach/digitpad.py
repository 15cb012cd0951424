"""A pad to draw a digit on with the mouse or a finger; a network answers at once.

The page's code is part of this file's folder: nothing comes from the network. Where no browser is
at hand the pad is a still picture of the last drawing with the network's answer.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets
from PIL import Image

from lessonkit.widgets import StillWidget
from workshop.teach.widgets import still_bars, with_bars

Predict = Callable[[npt.NDArray[np.float32]], npt.NDArray[Any]]
"""float32 (1, 1, 28, 28) → probabilities (1, 10). A compiled Theano function is one."""

SIDE = 112
"""Width and height of a drawing as the page sends it, in pixels."""


def as_mnist(drawing: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Make of a drawing (rows, columns), 0 paper and 255 ink, what MNIST's makers made of theirs.

    The ink is scaled to fit 20 by 20 pixels and its centre of mass is put into the middle of 28 by
    28. Returns float32 (1, 1, 28, 28), 0 to 1; a blank drawing stays blank.
    """
    canvas = np.zeros((28, 28), dtype=np.float32)
    rows, columns = np.nonzero(drawing > 20)
    if len(rows):
        ink = drawing[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        scale = 20 / max(ink.shape)
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        small = Image.fromarray(ink).resize((width, height), Image.Resampling.BOX)
        digit = np.asarray(small, dtype=np.float32) / 255
        top, left = (_start(digit.sum(axis=1 - axis)) for axis in (0, 1))
        canvas[top : top + height, left : left + width] = digit
    return canvas[np.newaxis, np.newaxis]


def _start(ink: npt.NDArray[np.float32]) -> int:
    """Return where a line of ``ink`` starts when its centre of mass is at 14 of 28, kept inside."""
    centre = float((ink * (np.arange(len(ink)) + 0.5)).sum() / ink.sum())
    return int(np.clip(round(14 - centre), 0, 28 - len(ink)))


class DigitPad(StillWidget):
    """Draw a digit and see what ``predict`` says; its last answer took ``milliseconds`` of a processor."""

    _esm = with_bars(Path(__file__).with_name("digitpad.js"))
    drawing = traitlets.Unicode("").tag(sync=True)
    """What the page drew, in base64: SIDE times SIDE bytes, row by row, 0 paper and 255 ink."""
    answer = traitlets.Dict({}).tag(sync=True)
    """What the network said: the probabilities, and the 28 by 28 picture that it saw.

    Each answer has a number of its own: two drawings may be answered alike, and the page waits for both.
    """

    def __init__(self, predict: Predict) -> None:
        """Take the function that answers."""
        super().__init__()
        self.predict = predict
        self.milliseconds = float("nan")
        self.observe(self._answer, names="drawing")

    def _answer(self, change: Any) -> None:
        started = time.process_time()
        try:
            ink = np.frombuffer(base64.b64decode(self.drawing, validate=True), dtype=np.uint8)
            picture = as_mnist(ink.reshape(SIDE, SIDE))
        except ValueError:
            return
        probabilities = np.asarray(self.predict(picture))[0]
        self.milliseconds = 1000 * (time.process_time() - started)
        self.answer = {
            "probabilities": [round(float(p), 4) for p in probabilities],
            "picture": [int(v) for v in np.rint(255 * picture.ravel())],
            "blank": not picture.any(),
            "number": self.answer.get("number", 0) + 1,
        }

    def draw(self, picture: npt.NDArray[np.float32]) -> None:
        """Draw ``picture`` (28, 28), 0 to 1, on the pad as a hand would: the network answers it."""
        grey = np.rint(255 * np.asarray(picture).reshape(28, 28)).astype(np.uint8)
        large = Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        self.drawing = base64.b64encode(np.asarray(large).tobytes()).decode()

    def still(self) -> dict[str, str]:
        """Return the last drawing and its answer as a PNG."""
        seen = np.reshape(self.answer.get("picture", [0] * 784), (28, 28))
        return still_bars(seen, self.answer.get("probabilities"), cmap="gray_r", vmax=255)
