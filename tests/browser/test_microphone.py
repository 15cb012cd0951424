"""Speaking to a lesson: by a microphone, by a recording, and where the browser keeps it closed."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np
import pytest

from .notebooks import Desk

# Answers 7 to a high tone and 2 to a low one, so that what was heard can be told.
MICROPHONE = """
import numpy as np
from workshop.teach.speech.listener import Listener
from workshop.teach.speech.microphone import Microphone

def answer(sound):
    tones = np.abs(np.fft.rfft(sound, 8000))
    return np.eye(10)[7 if tones.argmax() > 600 else 2]

def over(loud, patience):
    found = "".join("#" if each else "." for each in loud).find("#" + "." * patience)
    return None if found < 0 else found + patience

Microphone(Listener(answer, over), lambda sound: sound[:2400].reshape(60, 40))
"""
# A machine in CI has no microphone: this one hears what the test says, through the page's own audio.
SPOKEN = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  window.say = (hertz) => {
    const tone = context.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(out);
    tone.start();
    tone.stop(context.currentTime + 0.4);
  };
  return out.stream;
};
undefined; // what a script ends with is called if it can be
"""
MISSING = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
undefined; // what a script ends with is called if it can be
"""
OLD = 'Object.defineProperty(navigator, "mediaDevices", { value: undefined, configurable: true });'
CLOSED = """
window.wasSecure = Object.getOwnPropertyDescriptor(window, "isSecureContext");
Object.defineProperty(window, "isSecureContext", { value: false, configurable: true });
"""
# The next test gets the page: what was put over the browser's own goes.
AS_BEFORE = """
delete navigator.mediaDevices;
delete navigator.mediaDevices.getUserMedia;
Object.defineProperty(window, "isSecureContext", window.wasSecure);
"""
UNTOUCHED = """isSecureContext && Object.hasOwn(window, "isSecureContext")
  && !Object.hasOwn(navigator, "mediaDevices") && !Object.hasOwn(navigator.mediaDevices, "getUserMedia")"""


def recording(hertz: float) -> bytes:
    moments = np.arange(16000 // 2) / 16000
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setparams((1, 2, 16000, 0, "NONE", ""))
        opened.writeframes((8000 * np.sin(2 * np.pi * hertz * moments)).astype("<i2").tobytes())
    return file.getvalue()


def answered(page: Any, number: int) -> str:
    page.locator(f'.microphone-answer[data-number="{number}"]').wait_for()
    return str(page.locator(".microphone-answer").inner_text())


def note(page: Any, text: str) -> None:
    page.locator(".microphone-note", has_text=text).wait_for()


def listen(page: Any) -> Any:
    return page.get_by_role("button", name="Listen", exact=True)


@pytest.mark.parametrize("desk", ["JupyterLab"], indirect=True)
def test_speech_and_recordings_are_answered_and_a_closed_microphone_says_why(desk: Desk) -> None:
    """A page of Jupyter takes seconds to open: so they take turns on one."""
    # The page believes of itself what a test tells it here.
    page = desk.run("microphone", MICROPHONE)
    listen(page).wait_for()
    page.evaluate(SPOKEN)
    speak(page)
    play(page)
    refuse(page)
    page.evaluate(AS_BEFORE)
    assert page.evaluate(UNTOUCHED)


def speak(page: Any) -> None:
    listen(page).click()
    note(page, "Say a digit")
    for number, (hertz, digit) in enumerate([(900, 7), (300, 2)], 1):
        page.evaluate(f"window.say({hertz})")
        assert answered(page, number).startswith(f"{digit}:")
    page.get_by_role("button", name="Stop", exact=True).click()
    listen(page).wait_for()


def play(page: Any) -> None:
    chosen = page.locator('input[type="file"][accept="audio/*"]')
    chosen.set_input_files({"name": "high.wav", "mimeType": "audio/wav", "buffer": recording(900)})
    assert answered(page, 3).startswith("7:")
    note(page, "high.wav")
    chosen.set_input_files({"name": "dog.wav", "mimeType": "audio/wav", "buffer": b"no sound"})
    note(page, "dog.wav is not a recording")


def refuse(page: Any) -> None:
    page.evaluate(MISSING)
    listen(page).click()
    note(page, "this machine has no microphone. Choose a recording")
    page.evaluate(OLD)
    listen(page).click()
    note(page, "this browser offers none to pages. Choose a recording")
    page.evaluate(CLOSED)
    listen(page).click()
    note(page, "neither on this machine (localhost) nor on HTTPS")
