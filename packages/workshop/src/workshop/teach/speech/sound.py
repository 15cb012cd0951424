"""Sounds as arrays: WAV files, other rates of sampling, silence cut off, and a player in the notebook.

A sound is float32 (samples,), −1 to 1, with 8,000 samples a second unless said otherwise.
"""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError

Sound = npt.NDArray[np.float32]

RATE = 8000
"""Samples a second."""
TICK = RATE // 100
"""Samples in a hundredth of a second, the step in which loudness is judged."""
QUIET_DB = 35
"""What is softer than the loudest hundredth of a second by more decibels counts as silence."""

_WIDTHS = {1: "u1", 2: "<i2", 4: "<i4"}


def read_wav(file: Path | bytes, name: str = "this file") -> Sound:
    """Read a WAV file of 8, 16, 24 or 32 bits, of any rate and number of channels, as one sound.

    Raises WorkshopError when it is not such a file or has no sample.
    """
    name = file.name if isinstance(file, Path) else name
    try:
        with wave.open(str(file) if isinstance(file, Path) else io.BytesIO(file)) as opened:
            rate, width, channels = opened.getframerate(), opened.getsampwidth(), opened.getnchannels()
            content = opened.readframes(opened.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise WorkshopError(f"{name} is not a WAV file that can be read ({error}); try another") from error
    samples = _samples(content, width)
    if len(samples) < channels or rate < 1000:
        raise WorkshopError(f"{name} holds no sound; try another")
    whole = len(samples) // channels * channels
    return resampled(samples[:whole].reshape(-1, channels).mean(axis=1), rate)


def _samples(content: bytes, width: int) -> npt.NDArray[np.float32]:
    """Return PCM of ``width`` bytes a sample as numbers from −1 to 1."""
    if width == 3:  # numpy has no such integers: each becomes the upper three bytes of four
        triples = np.frombuffer(content[: len(content) // 3 * 3], np.uint8).reshape(-1, 3)
        values = np.pad(triples, ((0, 0), (1, 0))).reshape(-1).view("<i4")
        return values.astype(np.float32) / np.float32(2**31)
    values = np.frombuffer(content[: len(content) // width * width], _WIDTHS[width]).astype(np.float32)
    shifted = values - np.float32(128) if width == 1 else values
    return np.asarray(shifted / 2 ** (8 * width - 1), dtype=np.float32)


def wav(sound: npt.NDArray[Any], rate: int = RATE) -> bytes:
    """Return a sound as a WAV file of 16 bits a sample."""
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(rate)
        opened.writeframes(np.rint(32767 * np.clip(sound, -1, 1)).astype("<i2").tobytes())
    return file.getvalue()


def resampled(sound: npt.NDArray[Any], rate: int, to: int = RATE) -> Sound:
    """Return ``sound``, sampled ``rate`` times a second, as if sampled ``to`` times.

    Its spectrum is cut, or continued with zeros: what lies above half the new rate is gone, and nothing of
    it is mirrored into what stays.
    """
    if rate == to or not len(sound):
        return np.asarray(sound, dtype=np.float32)
    count = max(1, round(len(sound) * to / rate))
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(count // 2 + 1, dtype=complex)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return (np.fft.irfft(kept, count) * (count / len(sound))).astype(np.float32)


def loudness(sound: npt.NDArray[Any], tick: int = TICK) -> npt.NDArray[np.float64]:
    """Return the mean square of each whole ``tick`` of the sound."""
    count = len(sound) // tick
    pieces = np.asarray(sound[: count * tick], dtype=np.float64).reshape(count, tick)
    return np.asarray((pieces**2).mean(axis=1))


def trimmed(sound: Sound, margin: int = 3) -> Sound:
    """Cut off what is quiet before and behind the word, ``margin`` hundredths of a second aside.

    A sound that is all quiet, or shorter than a hundredth of a second, stays as it is.
    """
    levels = loudness(sound)
    if not len(levels) or not levels.max():
        return sound
    loud = np.flatnonzero(levels > levels.max() * 10 ** (-QUIET_DB / 10))
    return sound[max(0, loud[0] - margin) * TICK : (loud[-1] + 1 + margin) * TICK]


def play(sound: Sound) -> Any:
    """Return a player for the notebook; the sound is inside it, so that it needs no network."""
    from IPython.display import Audio

    return Audio(data=wav(sound), autoplay=False)  # type: ignore[no-untyped-call]
