"""Computes what the networks that come with the workshop do, for figures of the slides that show data.

Needs numpy and Pillow, and nothing that was fetched::

    python -m workshop.site.figures.computing

writes ``computed.json`` beside this file (verse, names, cosines of inputs by depth) and the pictures
``digits``, ``drowned``, ``filters`` and ``keras-filters`` of ``presentation/pictures/``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.settings import CHECKOUT
from workshop.site.figures.shown import FILE

SHIPPED = Path(__file__).parents[2] / "teach" / "shipped"
PICTURES = CHECKOUT / "presentation" / "pictures"
Floats = npt.NDArray[np.float32]

TEMPERATURES = (0.2, 0.7, 1.5)
SIDE = 28
"""Dots of a digit, both ways."""


class Reader:
    """A gated recurrent unit (Cho and others, 2014) that writes characters."""

    def __init__(self, name: str, alphabet: str) -> None:
        """Load the shipped network ``name``, whose facts call its characters ``alphabet``."""
        with np.load(SHIPPED / f"{name}.npz") as stored:
            arrays = [stored[key].astype(np.float32) for key in stored.files if key != "facts"]
            self.letters = str(json.loads(str(stored["facts"]))[alphabet])
        self.conditions = arrays[1] if len(arrays) == 5 else None
        """(gates, conditions, units), where what it writes depends on one."""
        self.told, self.heard, self.weights, self.bias = arrays[0], *arrays[-3:]

    def write(self, begin: str, length: int, temperature: float, seed: int, condition: int = 0) -> str:
        """Return ``begin`` and ``length`` characters more, each drawn from the network's chances."""
        random = np.random.default_rng(seed)
        state = np.zeros(self.heard.shape[-1], np.float32)
        text = begin
        for number in range(len(begin) + length - 1):
            state = self._step(self.letters.index(text[number]), state, condition)
            if number + 1 >= len(begin):
                scores = (state @ self.weights + self.bias) / temperature
                chances = np.exp(scores - scores.max())
                text += self.letters[random.choice(len(chances), p=chances / chances.sum())]
        return text

    def _step(self, letter: int, state: Floats, condition: int) -> Floats:
        told = self.told[:, letter] + (0 if self.conditions is None else self.conditions[:, condition])
        reset, update, new = (state @ gate for gate in self.heard)
        fresh = np.tanh(told[2] + _sigmoid(told[0] + reset) * new)
        return np.asarray(fresh + _sigmoid(told[1] + update) * (state - fresh), np.float32)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)


def verse() -> list[dict[str, Any]]:
    """Return what the Shakespeare network writes, cold to hot, from the same beginning and the same dice."""
    network = Reader("shakespeare", "alphabet")
    return [
        {"temperature": heat, "text": network.write("\nLove", 110, heat, seed=7).strip()}
        for heat in TEMPERATURES
    ]


def names() -> list[dict[str, Any]]:
    """Return three names for each region as the names network invents them, in the order of its dice."""
    from workshop.teach.names.regions import REGIONS

    network = Reader("names-writer", "writes")
    return [
        {
            "region": str(region),
            "names": [network.write("\n", 40, 0.6, seed, number).split("\n")[1] for seed in (1, 2, 3)],
        }
        for number, region in enumerate(REGIONS)
    ]


def alike(depth: int = 40, width: int = 256, pairs: int = 40, seed: int = 1) -> dict[str, list[float]]:
    """Return the mean cosine of two random inputs after 0, 1, … ``depth`` plain and residual blocks.

    A block is a layer with He's noise (He and others, 2015) and ReLU; a residual one gives that to a second
    layer, whose noise is the smaller the more blocks there are, and adds it to its input.
    """
    random = np.random.default_rng(seed)
    start = random.normal(size=(2 * pairs, width))
    means: dict[str, list[float]] = {"plain": [], "residual": []}
    for kind, cosines in means.items():
        values = start
        for _ in range(depth + 1):
            one, other = values[:pairs], values[pairs:]
            lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
            cosines.append(round(float(np.mean((one * other).sum(1) / lengths)), 4))
            first = np.maximum(values @ random.normal(size=(width, width)) * np.sqrt(2 / width), 0)
            if kind == "plain":
                values = first
            else:
                values = values + first @ random.normal(size=(width, width)) * np.sqrt(1 / width / depth)
    return means


def save_digits() -> None:
    """Write a wall of real digits, as they lie in the sheet that the notebooks ship."""
    from PIL import Image

    sheet = Image.open(SHIPPED / "digits.png").crop((0, 0, 26 * SIDE, 10 * SIDE))
    sheet.resize((sheet.width * 2, sheet.height * 2), Image.Resampling.BICUBIC).save(
        PICTURES / "digits.webp", quality=80
    )


DROWNED = (1.0, 0.8, 0.5, 0.3, 0.2, 0.1, 0.05, 0.0)
"""Shares of the variance that are still the digit."""


def save_drowned(seed: int = 1) -> None:
    """Write a digit of the shipped sheet at falling shares of signal; the rest is noise of its spread."""
    from PIL import Image

    sheet = np.asarray(Image.open(SHIPPED / "digits.png"), np.float32) / 255
    digit = sheet[7 * SIDE : 8 * SIDE, :SIDE]
    middle, spread = digit.mean(), digit.std()
    noise = np.random.default_rng(seed).normal(size=digit.shape)
    whole = Image.new("RGBA", (4 * 240 - 16, 2 * 240 - 16))
    for number, share in enumerate(DROWNED):
        mixed = np.sqrt(share) * (digit - middle) / spread + np.sqrt(1 - share) * noise
        dots = np.asarray(middle + spread * mixed, np.float32)
        whole.paste(_grey(dots, 224), (number % 4 * 240, number // 4 * 240))
    whole.save(PICTURES / "drowned.webp", quality=85)


def first_layer() -> tuple[Floats, Floats, Floats]:
    """Return a digit (28, 28), the trained network's filters (16, 5, 5), their answers (16, 24, 24)."""
    from PIL import Image

    sheet = np.asarray(Image.open(SHIPPED / "digits.png"), np.float32)
    digit: Floats = np.float32(1 / 255) * sheet[7 * SIDE : 8 * SIDE, :SIDE]
    with np.load(SHIPPED / "cnn-full.npz") as stored:
        # Lasagne turns its filters round before it slides them.
        filters = stored["array000"].astype(np.float32)[:, 0, ::-1, ::-1]
        offsets = stored["array001"].astype(np.float32)
    places = np.lib.stride_tricks.sliding_window_view(digit, (5, 5))
    answers = np.einsum("ijab,fab->fij", places, filters) + offsets[:, None, None]
    return digit, filters, np.maximum(answers, 0).astype(np.float32)


def save_filters() -> None:
    """Write a digit, the trained filters in blue and orange, and what each of them answers."""
    from PIL import Image

    digit, filters, answers = first_layer()
    sheet = Image.new("RGBA", (1164, 440))
    sheet.paste(_grey(digit, 400), (0, 20))
    for number in range(16):
        at = (440 + number % 8 * 91, 20 + number // 8 * 220)
        sheet.paste(_signed(filters[number], 84), at)
        sheet.paste(_grey(answers[number] / answers.max(), 84), (at[0], at[1] + 94))
    sheet.save(PICTURES / "filters.webp", quality=85)


def save_keras_filters() -> None:
    """Write the filters of the first layer of the network that the lesson on Keras trained."""
    from PIL import Image

    with np.load(SHIPPED / "keras-full.npz") as stored:
        filters = stored["array000"].astype(np.float32)[:, :, 0].transpose(2, 0, 1)
    sheet = Image.new("RGBA", (548, 548))
    for number, filter_ in enumerate(filters):
        sheet.paste(_signed(filter_, 128), (number % 4 * 140, number // 4 * 140))
    sheet.save(PICTURES / "keras-filters.webp", quality=85)


def _grey(values: Floats, side: int) -> Any:
    """Return numbers from 0 to 1 as a square picture, white on black."""
    from PIL import Image

    dots = Image.fromarray(np.uint8(np.clip(values, 0, 1) * 255)).convert("RGBA")
    return dots.resize((side, side), Image.Resampling.NEAREST)


def _signed(values: Floats, side: int) -> Any:
    """Return numbers as a square picture: blue below zero, orange above, the paler the nearer to zero."""
    from PIL import Image

    share = (values / np.abs(values).max())[:, :, None]
    low, middle, high = (np.array(each) for each in ((47, 109, 181), (238, 234, 226), (235, 122, 36)))
    mixed = middle + np.abs(share) * (np.where(share < 0, low, high) - middle)
    return Image.fromarray(np.uint8(mixed)).convert("RGBA").resize((side, side), Image.Resampling.NEAREST)


if __name__ == "__main__":
    found = {"verse": verse(), "names": names(), "alike": alike()}
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    save_digits()
    save_drowned()
    save_filters()
    save_keras_filters()
    print(json.dumps(found, indent=1)[:2500])
