"""Things to make scenes of that need no data set: each noun is a square of its own shade."""

from __future__ import annotations

import numpy as np

from workshop.teach.captions import scenes

SHADES = {noun: 80 + 10 * number for number, noun in enumerate(scenes.NOUNS)}


def things() -> scenes.Things:
    """Return two pictures of each noun, all over of its shade."""
    pictures = np.repeat([np.full((28, 28), shade, np.uint8) for shade in SHADES.values()], 2, axis=0)
    return scenes.Things(
        pictures, {noun: np.arange(2 * number, 2 * number + 2) for number, noun in enumerate(scenes.NOUNS)}
    )
