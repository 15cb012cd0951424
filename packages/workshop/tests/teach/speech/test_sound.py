from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from teach.speech.toys import silence, tone
from workshop.core.errors import WorkshopError
from workshop.teach.speech import sound


def recorded(samples: np.ndarray, width: int, channels: int, rate: int) -> bytes:
    """Return a WAV file of any width, all channels alike."""
    top = 2 ** (8 * width - 1) - 1
    whole = np.repeat(np.rint(samples * top).astype(np.int64), channels)
    if width == 1:
        whole = whole + 128
    content = b"".join(int(value).to_bytes(width, "little", signed=width > 1) for value in whole)
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setparams((channels, width, rate, 0, "NONE", ""))
        opened.writeframes(content)
    return file.getvalue()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_common_wav_is_read(width: int, channels: int) -> None:
    read = sound.read_wav(recorded(tone(0.05), width, channels, sound.RATE))
    assert read.dtype == np.float32
    assert np.abs(read - tone(0.05)).max() < (0.01 if width == 1 else 1e-3)


def test_other_rates_become_8000_samples_a_second() -> None:
    read = sound.read_wav(recorded(tone(0.5, rate=44100), 2, 1, 44100))
    middle = slice(400, -400)  # the edges ring
    assert len(read) == 4000
    assert np.abs(read - tone(0.5))[middle].max() < 0.01


def test_what_lies_above_half_the_rate_does_not_come_back_mirrored() -> None:
    heard = sound.resampled(tone(0.5, hertz=5000, rate=16000), 16000)
    assert np.abs(heard[400:-400]).max() < 0.01


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", b"no sound" * 20])
def test_what_is_no_wav_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "dog.wav"
    path.write_bytes(content)
    for file in (content, path, tmp_path / "none.wav"):
        with pytest.raises(WorkshopError, match="is not a WAV file") as told:
            sound.read_wav(file)
        assert "\n" not in str(told.value)


def test_an_empty_recording_holds_no_sound() -> None:
    with pytest.raises(WorkshopError, match="no sound"):
        sound.read_wav(recorded(np.zeros(0), 2, 1, 8000))


def test_silence_is_cut_off_on_both_sides() -> None:
    whole = np.concatenate([silence(0.3), tone(0.2), silence(0.5)])
    assert len(sound.trimmed(whole, margin=0)) == len(tone(0.2))
    assert len(sound.trimmed(whole, margin=3)) == len(tone(0.2)) + 6 * sound.TICK
