"""The map is high where the answer rests on the picture, and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from workshop.teach.imagenet.occlusion import occlusion_map
from workshop.teach.imagenet.preprocessing import EFFICIENTNET_LITE


class Corner:
    """Is as sure of class 1 as the upper right corner of the picture is white."""

    preprocessing = EFFICIENTNET_LITE

    def crop(self, picture: Any) -> npt.NDArray[np.uint8]:
        return self.preprocessing.crop(picture)

    def probabilities(self, numbers: Any) -> npt.NDArray[np.float32]:
        corner = (numbers[0, :, :50, -50:].mean() * 128 + 127) / 255
        return np.array([[1 - corner, corner]], np.float32)


def white() -> npt.NDArray[np.uint8]:
    return np.full((256, 256, 3), 255, np.uint8)


def test_the_place_that_matters_is_found() -> None:
    shares: list[float] = []
    found = occlusion_map(Corner(), white(), places=5, progress=lambda share, _: shares.append(share))  # type: ignore[arg-type]
    assert found.shape == (5, 5)
    assert np.unravel_index(found.argmax(), found.shape) == (0, 4)
    assert found[4, 0] == pytest.approx(0, abs=1e-6)
    assert len(shares) == 25
    assert shares[-1] == 1


def test_another_class_gains_what_the_first_loses() -> None:
    best, other = (occlusion_map(Corner(), white(), number=number, places=4) for number in (1, 0))  # type: ignore[arg-type]
    assert np.allclose(best, -other, atol=1e-6)
