"""A word is answered when it is over: not before, not long after, and a click is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from teach.speech.toys import silence, tone
from workshop.teach.speech.listener import PATIENCE, Heard, Listener, pieces
from workshop.teach.speech.sound import RATE, Sound


def over(loud: np.ndarray, patience: int) -> int | None:
    text = "".join("#" if each else "." for each in loud)
    found = text.find("#" + "." * patience)
    return None if found < 0 else found + patience


@pytest.fixture
def asked() -> list[Sound]:
    return []


@pytest.fixture
def listener(asked: list[Sound]) -> Listener:
    def answer(sound: Sound) -> Any:
        asked.append(sound)
        return np.eye(10)[len(asked) % 10]

    return Listener(answer, over)


def hear(listener: Listener, *parts: Sound) -> list[Heard]:
    whole = np.concatenate(parts)
    return [word for piece in pieces(whole, listener.rate) for word in listener.hear(piece)]


def test_a_word_is_answered_after_its_patience(listener: Listener, asked: list[Sound]) -> None:
    (word,) = hear(listener, silence(0.4), tone(0.3), silence(0.4))
    assert word.waited == 10 * PATIENCE
    assert word.digit == 1
    assert len(asked[0]) == pytest.approx(0.36 * RATE, abs=2 * RATE / 100)


def test_a_closed_mouth_within_a_word_does_not_end_it(listener: Listener, asked: list[Sound]) -> None:
    """The t of "eight" comes after a tenth of a second of silence."""
    assert len(hear(listener, silence(0.1), tone(0.2), silence(0.12), tone(0.05), silence(0.3))) == 1
    assert len(asked[0]) > 0.36 * RATE


@pytest.mark.parametrize("disturb", [silence(3), tone(0.03), tone(4)], ids=["silence", "a click", "a hum"])
def test_what_is_no_word_is_not_answered(listener: Listener, disturb: Sound) -> None:
    assert hear(listener, silence(0.3), disturb, silence(0.3)) == []
    assert len(hear(listener, tone(0.3), silence(0.3))) == 1


def test_noise_of_the_room_is_not_a_word_and_hides_none(listener: Listener) -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, 4 * RATE).astype(np.float32)
    noise[2 * RATE : 2 * RATE + len(tone(0.3))] += tone(0.3)
    (word,) = hear(listener, noise)
    assert len(word.sound) == pytest.approx(0.36 * RATE, abs=0.25 * RATE)


def test_a_microphone_of_any_rate_is_heard_alike(listener: Listener, asked: list[Sound]) -> None:
    for rate in (8000, 44100, 48000):
        listener.begin(rate)
        assert len(hear(listener, silence(0.3, rate), tone(0.3, rate=rate), silence(0.3, rate))) == 1
    assert all(len(each) == pytest.approx(len(asked[0]), abs=RATE / 50) for each in asked)


@pytest.mark.parametrize("step", [17, 79, 80, 8000])
def test_how_the_sound_is_cut_does_not_matter(listener: Listener, step: int) -> None:
    whole = np.concatenate([silence(0.1), tone(0.2), silence(0.3)])
    cut = [whole[start : start + step] for start in range(0, len(whole), step)]
    assert len([word for piece in cut for word in listener.hear(piece)]) == 1
