"""Whose colours? The painting's (which Gatys' method gives), or the photograph's.

Two ways to keep the photograph's colours, after Gatys and others (2016), *Preserving color in neural
artistic style transfer* (https://arxiv.org/abs/1606.05897).
"""

from __future__ import annotations

import numpy as np
from PIL import Image


def with_colours_of(picture: Image.Image, photo: Image.Image) -> Image.Image:
    """Return ``picture`` in grey, coloured like ``photo``: only how light it is comes from it."""
    light, _, _ = picture.convert("YCbCr").split()
    _, blue, red = (
        photo.convert("RGB").resize(picture.size, Image.Resampling.LANCZOS).convert("YCbCr").split()
    )
    return Image.merge("YCbCr", (light, blue, red)).convert("RGB")


def recoloured(painting: Image.Image, photo: Image.Image) -> Image.Image:
    """Return ``painting`` with the mean colour and the spread of colours of ``photo``.

    Each colour x becomes A x + b, such that mean and covariance over all pixels are the photograph's; A
    is made of the two symmetric square roots ("image analogies" colour matching in the paper).
    """
    own, wanted = (
        np.asarray(each.convert("RGB"), dtype=np.float64).reshape(-1, 3) for each in (painting, photo)
    )
    change = _root(np.cov(wanted.T)) @ np.linalg.inv(_root(np.cov(own.T)))
    moved = (own - own.mean(axis=0)) @ change.T + wanted.mean(axis=0)
    pixels = np.rint(moved).clip(0, 255).astype(np.uint8).reshape(painting.height, painting.width, 3)
    return Image.fromarray(pixels)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric square root of a covariance; a little grey keeps it from being singular."""
    values, vectors = np.linalg.eigh(matrix + 1e-3 * np.eye(len(matrix)))
    root: np.ndarray = (vectors * np.sqrt(values)) @ vectors.T
    return root
