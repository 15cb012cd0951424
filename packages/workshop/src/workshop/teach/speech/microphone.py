"""Say a digit: the browser's microphone, or a recording, and a network that answers when the word is over.

The page's code is part of this file's folder: nothing comes from, or goes to, the network, and no sound is
kept on disk. Where no browser is at hand the widget is a still picture of the last word with its answer.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets

from workshop.errors import WorkshopError
from workshop.teach.answerbars import with_bars
from workshop.teach.speech.listener import Heard, Listener, pieces
from workshop.teach.speech.sound import RATE, Sound, read_wav

Picture = Callable[[Sound], npt.NDArray[Any]]
"""A sound → what the network sees of it, (frames, bands)."""

SLOWEST, FASTEST = 1000, 384_000
"""Samples a second that a microphone may have."""


class Microphone(anywidget.AnyWidget):
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

    def still(self) -> bytes:
        """Return the last word and its answer as a PNG."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6, 2.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        shape = (self.answer.get("frames", 1), self.answer.get("bands", 1))
        seen = np.reshape(self.answer.get("picture", [0]), shape)
        left.imshow(seen.T, cmap="magma", origin="lower", aspect="auto")
        left.set(xlabel="hundredths of a second", ylabel="band")
        right.bar(range(10), self.answer.get("probabilities", [0] * 10))
        right.set(xticks=range(10), ylim=(0, 1), title="the network's answer")
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=80)
        return png.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Offer the live widget, and the still picture to whatever cannot show it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "image/png": base64.b64encode(self.still()).decode()}, metadata
