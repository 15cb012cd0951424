from __future__ import annotations

import numpy as np
from PIL import Image

from teach.imagenet.painted import noise
from workshop.teach.imagenet.style import colours


def flat(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, dtype=float).reshape(-1, 3)


def test_the_photographs_colours_come_with_the_pictures_light() -> None:
    photo = Image.new("RGB", (30, 20), (180, 90, 60))
    picture = noise(1)
    found = colours.with_colours_of(picture, photo)
    assert found.size == picture.size
    light, blue, red = (np.asarray(band, dtype=int) for band in found.convert("YCbCr").split())
    wanted, there = picture.convert("YCbCr").split()[0], photo.convert("YCbCr").getpixel((0, 0))
    middle = (np.asarray(wanted) > 60) & (np.asarray(wanted) < 190)  # elsewhere colours would leave RGB
    assert np.abs(light - np.asarray(wanted, dtype=int))[middle].max() <= 2
    assert np.abs(blue - there[1])[middle].max() <= 2
    assert np.abs(red - there[2])[middle].max() <= 2


def test_a_recoloured_painting_has_the_photographs_mean_and_spread() -> None:
    dull = Image.fromarray((100 + flat(noise(1)).reshape(40, 60, 3) * 0.1).astype(np.uint8))
    photo = Image.fromarray((80 + flat(noise(2)).reshape(40, 60, 3) * [0.1, 0.2, 0.3]).astype(np.uint8))
    found = flat(colours.recoloured(dull, photo))
    assert np.abs(found.mean(axis=0) - flat(photo).mean(axis=0)).max() < 1
    assert np.abs(np.cov(found.T) - np.cov(flat(photo).T)).max() < 0.05 * np.cov(flat(photo).T).max()
