"""A score seen and heard: held notes, a sound of the right pitch, a roll whose line follows the sound."""

from __future__ import annotations

import base64
import io
import re
import wave

import numpy as np
import pytest
from numpy.typing import NDArray

from workshop.core.errors import WorkshopError
from workshop.teach.music import player

SCORE = np.array([[72, 67, 64, 48], [72, 69, 65, 53], [74, 0, 67, 55]])


def tone(pitch: int, seconds: float) -> NDArray[np.float64]:
    t = np.arange(int(seconds * player.RATE)) / player.RATE
    return np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * t)


def test_a_held_pitch_is_one_note_and_a_rest_is_none() -> None:
    found = list(player.notes(SCORE))
    assert player.Note(0, 0, 2, 72) in found and player.Note(0, 2, 1, 74) in found
    assert [note for note in found if note.voice == 1] == [player.Note(1, 0, 1, 67), player.Note(1, 1, 1, 69)]


def test_it_sounds_as_written() -> None:
    samples = player.sound(np.array([[69, 0, 0, 57]] * 4), tone, beat=0.5)
    assert len(samples) == 6 * 0.5 * player.RATE + 1
    assert np.abs(samples).max() == pytest.approx(0.9)
    second = np.abs(np.fft.rfft(samples[: player.RATE]))
    assert sorted(int(at) for at in np.argsort(second)[-2:]) == [220, 440]


def test_the_clip_in_the_notebook_plays_and_is_small() -> None:
    shown = player.Player(SCORE, tone, title="Three chords")._repr_html_()
    data = re.search(r'src="data:audio/wav;base64,([^"]+)"', shown)
    assert data
    with wave.open(io.BytesIO(base64.b64decode(data[1]))) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (player.RATE, 1)
        assert sound.getnframes() == int(5 * 0.45 * player.RATE) + 1
        assert np.frombuffer(sound.readframes(10_000), "<i2").std() > 1000
    assert "<audio controls" in shown and "ontimeupdate" in shown and "<script" not in shown
    assert len(shown) < 60_000


def test_what_is_too_long_or_empty_says_what_to_do() -> None:
    with pytest.raises(WorkshopError, match="play a part"):
        player.sound(np.full((200, 4), 60), tone)
    with pytest.raises(WorkshopError, match="no notes"):
        player.Player(np.zeros((2, 4), int), tone).roll()
