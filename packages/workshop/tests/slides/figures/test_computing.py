"""What is computed for the slides is what they show: texts, cosines, pictures, but for how WebP packs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workshop.site.figures import computing
from workshop.site.figures.shown import computed


def test_what_the_networks_write_is_what_is_shown() -> None:
    assert computing.verse() == computed()["verse"]
    assert computing.names() == computed()["names"]


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("digits", computing.save_digits),
        ("drowned", computing.save_drowned),
        ("filters", computing.save_filters),
        ("keras-filters", computing.save_keras_filters),
    ],
)
def test_the_picture_is_the_one_that_is_shown(
    name: str, save: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Image.open(computing.PICTURES / f"{name}.webp")
    monkeypatch.setattr(computing, "PICTURES", tmp_path)
    save()
    made = Image.open(tmp_path / f"{name}.webp")
    assert (made.size, made.mode) == (shown.size, shown.mode)
    apart = np.abs(np.asarray(made, np.float32) - np.asarray(shown, np.float32))
    # Another quality of WebP moves it by less, a part that is one dot beside its place by more.
    assert apart.mean() < 1.5
