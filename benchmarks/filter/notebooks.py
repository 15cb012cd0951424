"""Notebooks as a day of work leaves them: pictures, logs of training, tables, and their sources."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from pathlib import Path
from typing import Any

CELLS = 24
"""Pairs of text and code in one notebook."""
PICTURE_SHARE = 0.8
"""The part of a notebook's bytes that are pictures."""


def write_notebooks(folder: Path, count: int, size: int, seed: int = 0) -> int:
    """Write ``count`` different notebooks of about ``size`` bytes each into ``folder``; return their bytes.

    The same seed gives the same files.
    """
    total = 0
    for number in range(count):
        data = make_notebook(random.Random(f"{seed}/{number}"), size)
        (folder / f"{number // 10:02}-lesson").mkdir(parents=True, exist_ok=True)
        (folder / f"{number // 10:02}-lesson" / f"{number:03}.ipynb").write_bytes(data)
        total += len(data)
    return total


def make_notebook(chance: random.Random, size: int) -> bytes:
    """Return one notebook that ran, of about ``size`` bytes, as Jupyter writes it."""
    cells: list[dict[str, Any]] = []
    for number in range(CELLS):
        words = [f"{chance.choice(_WORDS)} " * chance.randint(8, 14) + "\n" for _ in range(4)]
        cells.append({"cell_type": "markdown", "id": f"t{number}", "metadata": {}, "source": words})
        cells.append(
            {
                "cell_type": "code",
                "execution_count": number + 1,
                "id": f"c{number}",
                "metadata": {},
                "outputs": _outputs(chance, number, size),
                "source": [f"x{i} = layer(x{i}, {chance.random():.6f})\n" for i in range(8)],
            }
        )
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


_WORDS = ("gradient", "Größe", "loss", "layer", "naïve", "epoch", "weight", "✓", "filter", "digit")


def _outputs(chance: random.Random, number: int, size: int) -> list[dict[str, Any]]:
    """Return the outputs of one cell: each third a picture, a log, a table."""
    if number % 3 == 0:
        pixels = int(size * PICTURE_SHARE / (CELLS / 3) * 3 / 4)
        picture = base64.b64encode(_png(chance, pixels)).decode()
        data = {"image/png": picture, "text/plain": ["<Figure size 640x480 with 1 Axes>"]}
        return [{"data": data, "metadata": {}, "output_type": "display_data"}]
    lines = int(size * (1 - PICTURE_SHARE) / (CELLS * 2 / 3) / 75)
    if number % 3 == 1:
        log = [
            f"epoch {i:4}  loss {chance.random():.6f}  accuracy {chance.random():.4f}  {'█' * 10}\n"
            for i in range(lines)
        ]
        return [{"name": "stdout", "output_type": "stream", "text": log}]
    rows = [f"      <td>{chance.gauss(0, 1):.6f}</td>\n" for _ in range(lines)]
    data = {"text/html": ["<table>\n", *rows, "</table>"], "text/plain": ["   0\n"]}
    return [{"data": data, "execution_count": number + 1, "metadata": {}, "output_type": "execute_result"}]


def _png(chance: random.Random, size: int) -> bytes:
    """Return a grey picture of noise of about ``size`` bytes."""
    width = 128
    height = max(1, size // (width + 1))
    rows = b"".join(b"\0" + chance.randbytes(width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
