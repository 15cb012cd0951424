"""Handwritten digits as a script: a page that is opened as a file may load scripts, but nothing else."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

TRAIN, TEST = 8000, 1000
SIDE = 28
PICTURES_AT, LABELS_AT = 16, 8
"""Where the content of an IDX file begins: after its kind and its sizes (LeCun's description of MNIST)."""


def digits_script(mnist: Path) -> bytes | None:
    """Return a script that puts digits into ``window.workshopDigits``; None when the data set is not there.

    The first 8,000 pictures to learn from and the first 1,000 to test on, as base64 of zlib's format:
    pictures of 28 by 28 bytes, 0 paper and 255 ink, then one byte a label.
    """
    try:
        parts = [
            (_after(mnist / "train-images-idx3-ubyte", PICTURES_AT, TRAIN * SIDE * SIDE)),
            (_after(mnist / "t10k-images-idx3-ubyte", PICTURES_AT, TEST * SIDE * SIDE)),
            (_after(mnist / "train-labels-idx1-ubyte", LABELS_AT, TRAIN)),
            (_after(mnist / "t10k-labels-idx1-ubyte", LABELS_AT, TEST)),
        ]
    except OSError:
        return None
    packed = base64.b64encode(zlib.compress(b"".join(parts), 6)).decode()
    return (
        "// Made by 'workshop web build' from MNIST; do not edit.\n"
        f'window.workshopDigits = {{ train: {TRAIN}, test: {TEST}, side: {SIDE}, packed: "{packed}" }};\n'
    ).encode()


def _after(path: Path, start: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(count)
