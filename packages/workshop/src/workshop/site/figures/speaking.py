"""Pictures of spoken words for the slides, and how well a network understands whom.

The pictures need numpy, Pillow and the data set ``spoken-digits``::

    python -m workshop.site.figures.speaking

writes the pictures ``spectrogram``, ``voices`` and ``varied`` of ``presentation/pictures/``, made as the
lesson *Say a digit* makes its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.site.figures.computing import PICTURES
from workshop.site.figures.drawing import Drawing

UNDERSTOOD = [("voices it learnt from", 99.7), ("voices it never heard", 98.8), ("people", 74.2)]
"""Per cent of words understood, of three kinds of voices, of the lesson *Say a digit*."""

Floats = npt.NDArray[np.float64]
COLOURS = ((0, 0, 4), (81, 18, 124), (183, 55, 121), (252, 137, 97), (252, 253, 191))
"""From quiet to loud."""
WIDTH, HOP, SIZE, BANDS = 200, 80, 256, 40


def understood() -> Drawing:
    """Words understood of voices that it learnt from, of others like them, and of people."""
    drawing = Drawing(1100, 370)
    for number, (who, share) in enumerate(UNDERSTOOD):
        left, height = 70 + 350 * number, 2.4 * share
        drawing.box((left, 300 - height), (250, height), "sunk" if number < 2 else "accent-soft", "accent", 4)
        drawing.words((left + 125, 276 - height), f"{share:.1f} %", 32, weight=600)
        drawing.words((left + 125, 334), who, 26)
    return drawing


def power(samples: npt.NDArray[Any]) -> Floats:
    """Return the power spectrum of each frame of a sound, (frames, 129)."""
    pieces = np.lib.stride_tricks.sliding_window_view(samples, WIDTH)[::HOP]
    return np.asarray(np.abs(np.fft.rfft(pieces * np.hanning(WIDTH), SIZE)) ** 2)


def bank() -> tuple[Floats, Floats]:
    """Return 40 triangles of equal width on the mel scale, (40, 129), and the middle of each in hertz."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (80, 3900))
    mels = np.linspace(lowest, highest, BANDS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    lines = np.arange(SIZE // 2 + 1) * 8000 / SIZE
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.minimum((lines - low) / (middle - low), (high - lines) / (high - middle)).clip(0), edges[1:-1]


def log_mel(samples: npt.NDArray[Any]) -> Floats:
    """Return the log-mel spectrogram of a sound, (frames, 40)."""
    sums = power(samples) @ bank()[0].T
    return np.asarray(np.log(sums + 1e-6 * sums.max()))


def _seen(values: npt.NDArray[Any], size: tuple[int, int]) -> Any:
    """Return a picture (frames, bands) in colours, time to the right and pitch upwards."""
    from PIL import Image

    share = (values - values.min()) / (np.ptp(values) or 1)
    places = np.linspace(0, 1, len(COLOURS))
    mixed = np.stack([np.interp(share.T[::-1], places, [each[i] for each in COLOURS]) for i in range(3)], -1)
    return Image.fromarray(np.uint8(mixed)).convert("RGBA").resize(size, Image.Resampling.BICUBIC)


def save_spectrogram() -> None:
    """Write a word as a wave, and below it as frequencies over time."""
    from PIL import Image, ImageDraw

    samples = _words("f2", (7,))[0]
    sheet = Image.new("RGBA", (1100, 470))
    pen = ImageDraw.Draw(sheet)
    levels = np.array_split(samples, 1100)
    for x, some in enumerate(levels):
        pen.line((x, 70 - 66 * float(some.max()), x, 70 - 66 * float(some.min())), fill=(47, 109, 181))
    loud = 10 * np.log10(power(samples) + 1e-9)
    sheet.paste(_seen(np.maximum(loud, loud.max() - 60), (1100, 320)), (0, 150))
    sheet.save(PICTURES / "spectrogram.webp", quality=85)


def save_voices() -> None:
    """Write five words in three voices, a row a voice: what a convolution has to see through."""
    from PIL import Image

    sheet = Image.new("RGBA", (5 * 222 - 12, 3 * 152 - 12))
    for row, voice in enumerate(("AnxiousAndy", "f2", "miguel")):
        for column, samples in enumerate(_words(voice, (1, 3, 6, 7, 8))):
            sheet.paste(_seen(log_mel(samples), (210, 140)), (222 * column, 152 * row))
    sheet.save(PICTURES / "voices.webp", quality=85)


def save_varied(seed: int = 3) -> None:
    """Write a word as it was said, and seven times varied."""
    from PIL import Image

    from workshop.teach.speech.vary import Words

    words = Words([log_mel(_words("f2", (6,))[0])], bank()[1])
    all_of_them = [words.plain()[0], *words.varied(np.zeros(7, int), np.random.default_rng(seed))]
    sheet = Image.new("RGBA", (4 * 272 - 12, 2 * 212 - 12))
    for number, some in enumerate(all_of_them):
        sheet.paste(_seen(some[0], (260, 200)), (272 * (number % 4), 212 * (number // 4)))
    sheet.save(PICTURES / "varied.webp", quality=85)


def _words(voice: str, digits: tuple[int, ...]) -> list[npt.NDArray[Any]]:
    """Return the first word that a voice says of each digit."""
    from workshop.teach.speech import corpus

    spoken = corpus.load()
    return [
        spoken.sounds[int(np.flatnonzero((spoken.voices == voice) & (spoken.digits == digit))[0])]
        for digit in digits
    ]


if __name__ == "__main__":
    save_spectrogram()
    save_voices()
    save_varied()
