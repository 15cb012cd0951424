"""Words come from the page in messages, or from a recording; nonsense from the page is ignored."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from teach.speech.test_listener import over
from teach.speech.toys import silence, tone
from workshop.core.errors import WorkshopError
from workshop.teach.speech.listener import Listener
from workshop.teach.speech.microphone import Microphone
from workshop.teach.speech.sound import Sound, wav


@pytest.fixture
def microphone() -> Microphone:
    def answer(sound: Sound) -> Any:
        return np.eye(10)[7]

    return Microphone(Listener(answer, over), lambda sound: np.arange(80.0).reshape(2, 40))


def send(microphone: Microphone, kind: Any, *buffers: bytes, **more: Any) -> None:
    microphone._received(microphone, {"kind": kind, **more}, list(buffers))


def as_sent(*parts: Sound) -> bytes:
    return bytes((32767 * np.concatenate(parts)).astype("<i2").tobytes())


def test_a_word_from_the_page_is_answered(microphone: Microphone) -> None:
    send(microphone, "begin", rate=48000)
    send(microphone, "sound", as_sent(silence(0.3, 48000), tone(0.3, rate=48000)))
    assert microphone.answer == {}
    send(microphone, "sound", as_sent(silence(0.3, 48000)))
    assert microphone.answer["probabilities"] == [0.0] * 7 + [1.0, 0.0, 0.0]
    assert (microphone.answer["frames"], microphone.answer["bands"]) == (2, 40)
    assert (min(microphone.answer["picture"]), max(microphone.answer["picture"])) == (0, 255)
    assert microphone.answer["waited"] == 200
    assert microphone.answer["number"] == 1


def test_the_end_of_the_sound_ends_the_word(microphone: Microphone) -> None:
    send(microphone, "begin", rate=16000, recorded=True)
    send(microphone, "sound", as_sent(tone(0.3, rate=16000)))
    assert microphone.answer == {}
    send(microphone, "end")
    assert microphone.answer["number"] == 1


@pytest.mark.parametrize("rate", [None, "fast", 0, -8000, 1e9, float("nan"), True])
def test_a_rate_that_no_microphone_has_is_ignored(microphone: Microphone, rate: Any) -> None:
    send(microphone, "begin", rate=rate)
    assert microphone.listener.rate == 8000


def test_nonsense_from_the_page_is_ignored(microphone: Microphone) -> None:
    for content in (None, [], {}, {"kind": "song"}, {"kind": ["sound"]}):
        microphone._received(microphone, content, [])
    send(microphone, "sound")
    send(microphone, "sound", b"")
    send(microphone, "sound", b"x")
    assert microphone.answer == {}


def test_a_recording_is_listened_to(microphone: Microphone, tmp_path: Path) -> None:
    path = tmp_path / "seven.wav"
    path.write_bytes(wav(np.concatenate([tone(0.3, rate=16000)]), rate=16000))
    assert [word.digit for word in microphone.listen_to(path)] == [7]
    twice = np.concatenate([tone(0.3), silence(0.4), tone(0.3)])
    assert len(microphone.listen_to(twice)) == 2
    assert len(microphone.heard) == 3


def test_a_silent_recording_is_one_line(microphone: Microphone) -> None:
    with pytest.raises(WorkshopError, match="no word was heard"):
        microphone.listen_to(silence(1))


def test_without_a_browser_it_is_a_still_picture(microphone: Microphone) -> None:
    for _ in range(2):  # before the first word, and after it
        data, _ = microphone._repr_mimebundle_()
        assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
        assert "application/vnd.jupyter.widget-view+json" in data
        microphone.listen_to(tone(0.3))


def test_the_page_fetches_nothing_from_elsewhere(microphone: Microphone) -> None:
    code = str(microphone._esm)
    assert "export default" in code
    assert "http" not in code
    assert "import " not in code
