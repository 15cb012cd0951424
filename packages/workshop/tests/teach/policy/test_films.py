"""Animations: what they show, how long, and that they run for ever."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workshop.teach.policy.films import BACKGROUND, COLOURS, STILLS, gif, stills


def test_a_film_has_a_frame_for_each_picture_and_starts_again() -> None:
    pictures = np.zeros((4, 1, 5, 6))
    for number in range(4):
        pictures[number, 0, number, number] = 1
    shown = Image.open(io.BytesIO(gif(pictures, scale=3, seconds=0.1)))
    assert shown.size == (18, 15) and shown.n_frames == 4
    assert shown.info["loop"] == 0 and shown.info["duration"] == 100
    shown.seek(2)
    assert shown.convert("RGB").getpixel((7, 7)) == COLOURS[0]
    assert shown.convert("RGB").getpixel((1, 1)) == BACKGROUND


def test_the_slides_show_moments_of_the_last_film(tmp_path: Path) -> None:
    frames = max(STILLS) + 1
    pictures = np.zeros((frames, 1, 1, frames))
    pictures[range(frames), 0, 0, range(frames)] = 1
    films = [gif(each, scale=2, seconds=0.1) for each in (pictures[:1], pictures)]
    outputs = [{"data": {"image/gif": base64.encodebytes(each).decode()}} for each in films]
    notebook = tmp_path / "run.ipynb"
    notebook.write_text(json.dumps({"cells": [{}, *({"outputs": [each]} for each in outputs)]}))
    sheet = Image.open(io.BytesIO(stills(notebook))).convert("RGB")
    wide = 2 * frames
    starts = [place * (wide + wide // 15) for place in range(len(STILLS))]
    for start, number in zip(starts, STILLS, strict=True):
        assert sheet.getpixel((start + 2 * number, 1)) == COLOURS[0], f"frame {number}"
    notebook.write_text(json.dumps({"cells": []}))
    with pytest.raises(ValueError, match="shows no film"):
        stills(notebook)
