"""Say a digit: the browser's microphone, or a recording, and a network that answers when the word is over.

The page's code is part of this file's folder: nothing comes from, or goes to, the network, and no sound is
kept on disk. Where no browser is at hand the widget is a still picture of the last word with its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets

from lessonkit.widgets import StillWidget
from workshop.core.errors import WorkshopError
from workshop.teach.speech.listener import Heard, Listener, pieces
from workshop.teach.speech.sound import RATE, Sound, read_wav
from workshop.teach.widgets import still_bars, with_bars

Picture = Callable[[Sound], npt.NDArray[Any]]
"""A sound → what the network sees of it, (frames, bands)."""

SLOWEST, FASTEST = 1000, 384_000
"""Samples a second that a microphone may have."""


class Microphone(StillWidget):
    """Hear a word and show what ``listener`` answers, beside the picture that ``picture`` makes of it.

    The page sends messages: ``{"kind": "begin", "rate": …, "recorded": …}``, ``{"kind": "sound"}`` with a
    buffer of 16-bit samples, and ``{"kind": "end"}``. A message that is none of these is ignored.
    """

    _esm = with_bars(Path(__file__).with_name("microphone.js"))
    answer = traitlets.Dict({}).tag(sync=True)
    """What the page shows: ten ``probabilities``, a ``picture`` (bytes, a row a frame), its ``frames`` and
    ``bands``, the milliseconds that were ``waited`` and ``worked``, and the ``number`` of the word."""

    def __init__(self, listener: Listener, picture: Picture) -> None:
        """Take who listens, and what makes a picture of a word."""
        super().__init__()
        self.listener = listener
        self.picture = picture
        self.heard: list[Heard] = []
        """The words of this sitting."""
        self.on_msg(self._received)

    def _received(self, widget: Any, content: Any, buffers: list[Any]) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "begin":
            rate = content.get("rate")
            if isinstance(rate, int | float) and SLOWEST <= rate <= FASTEST:
                self._begin(round(rate), recorded=content.get("recorded") is True)
        elif kind == "sound" and buffers:
            whole = bytes(buffers[0])
            self._hear(np.frombuffer(whole[: len(whole) // 2 * 2], "<i2").astype(np.float32) / 32768)
        elif kind == "end":
            self._finish()

    def _begin(self, rate: int, *, recorded: bool) -> None:
        """Begin to listen; before a recording comes silence, for it may begin in the middle of a word."""
        self.listener.begin(rate)
        if recorded:
            self._hear(np.zeros(rate // 5, dtype=np.float32))

    def _hear(self, sound: npt.NDArray[Any]) -> None:
        for word in self.listener.hear(sound):
            self._show(word)

    def _finish(self) -> None:
        """Let silence follow, so that a word at the very end is over."""
        self._hear(np.zeros(self.listener.rate * (self.listener.patience + 2) // 100, dtype=np.float32))

    def _show(self, word: Heard) -> None:
        self.heard.append(word)
        seen = np.asarray(self.picture(word.sound), dtype=np.float64)
        grey = (seen - seen.min()) / (np.ptp(seen) or 1)
        self.answer = {
            "probabilities": [round(float(p), 4) for p in word.probabilities],
            "picture": [int(v) for v in np.rint(255 * grey).ravel()],
            "frames": seen.shape[0],
            "bands": seen.shape[1],
            "waited": round(word.waited),
            "worked": round(word.worked, 1),
            "number": len(self.heard),
        }

    def listen_to(self, recording: Sound | Path | str) -> list[Heard]:
        """Listen to a sound (8,000 samples a second) or a WAV file as to a microphone; return what was heard.

        Raises WorkshopError when the file cannot be read.
        """
        if isinstance(recording, Path | str):
            recording = read_wav(Path(recording).expanduser())
        before = len(self.heard)
        self._begin(RATE, recorded=True)
        for piece in pieces(recording):
            self._hear(piece)
        self._finish()
        if len(self.heard) == before:
            raise WorkshopError("no word was heard: is the recording silent, or one long noise?")
        return self.heard[before:]

    def still(self) -> dict[str, str]:
        """Return the last word and its answer as a PNG."""
        shape = (self.answer.get("frames", 1), self.answer.get("bands", 1))
        seen = np.reshape(self.answer.get("picture", [0]), shape).T
        labels = ("hundredths of a second", "band")
        how = {"cmap": "magma", "origin": "lower", "aspect": "auto"}
        return still_bars(seen, self.answer.get("probabilities"), labels, **how)
