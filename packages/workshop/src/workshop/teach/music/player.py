"""A score that is seen and heard: a piano roll in SVG over a player, whose line moves with the sound.

The sound is the caller's: ``tone(pitch, seconds)``; it returns samples, ``RATE`` of them a second.
It lies in the notebook's output as a WAV, so a clip is kept short: a second takes 21 kB there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workshop.core.errors import WorkshopError

RATE = 8000
"""Samples a second: enough for three partials of the highest soprano."""

LONGEST = 40
"""Seconds that a clip may last."""

Tone = Callable[[int, float], NDArray[np.float64]]

_COLOURS = ("#d1495b", "#edae49", "#00798c", "#30638e")
_NAMES = ("soprano", "alto", "tenor", "bass")
_LEFT, _HIGH = 34, 5


class Note(NamedTuple):
    """A note that sounds from step ``start`` for ``steps`` steps."""

    voice: int
    start: int
    steps: int
    pitch: int


def notes(score: NDArray[np.int64]) -> Iterator[Note]:
    """Yield the notes of a score (steps, 4), voice by voice; a pitch that stays is one long note."""
    for voice, line in enumerate(np.asarray(score).T):
        changes = np.flatnonzero(np.diff(line)) + 1
        for start, end in zip([0, *changes], [*changes, len(line)], strict=True):
            if line[start] > 0:
                yield Note(voice, int(start), int(end - start), int(line[start]))


def sound(score: NDArray[np.int64], tone: Tone, beat: float = 0.45) -> NDArray[np.float64]:
    """Return the samples of a score, ``beat`` seconds a step, and two beats to fade; at most ±0.9.

    Raises WorkshopError when it would last longer than ``LONGEST`` seconds.
    """
    seconds = (len(score) + 2) * beat
    if seconds > LONGEST:
        raise WorkshopError(
            f"{seconds:.0f} seconds of sound are too long for a notebook; play a part: score[:16]"
        )
    mixed = np.zeros(int(seconds * RATE) + 1)
    for note in notes(score):
        samples = np.asarray(tone(note.pitch, (note.steps + 1) * beat), float)
        first = int(note.start * beat * RATE)
        room = mixed[first : first + len(samples)]
        room += samples[: len(room)]
    loudest = np.abs(mixed).max()
    return mixed * (0.9 / loudest) if loudest > 0 else mixed


class Player:
    """What a notebook shows of a score: its piano roll, steps in ``marks`` shaded, and below it the sound."""

    def __init__(
        self,
        score: NDArray[np.int64],
        tone: Tone,
        *,
        title: str = "",
        marks: Sequence[int] = (),
        beat: float = 0.45,
    ) -> None:
        """Compute the sound of a score (steps, 4)."""
        self.score, self.title, self.marks, self.beat = np.asarray(score), title, marks, beat
        self.samples = sound(self.score, tone, beat)

    def __repr__(self) -> str:
        """Say in words what there would be to hear."""
        return f"{self.title or 'a piece'}: {len(self.score)} beats, {len(self.samples) / RATE:.1f} seconds"

    def _repr_html_(self) -> str:
        from IPython.display import Audio

        clip: Any = Audio(self.samples, rate=RATE, normalize=False)  # type: ignore[no-untyped-call]
        heard = clip.src_attr()
        share = f"this.currentTime / {self.beat * len(self.score):.3f}"
        move = (
            "const line = this.parentElement.querySelector('.now');"
            f"line.setAttribute('transform', `translate(${{Math.min(1, {share}) * {self._width()}}} 0)`)"
        )
        return (
            f'<figure style="margin:0">{self.roll()}<br><audio controls ontimeupdate="{move}" '
            f'aria-label="{self.title or "the piece"}" src="{heard}"></audio></figure>'
        )

    def _width(self) -> int:
        return max(330, min(720, 40 * len(self.score)))

    def roll(self) -> str:
        """Return the piano roll as SVG: time to the right, pitch upwards, a colour a voice."""
        written = list(notes(self.score))
        if not written:
            raise WorkshopError("this score has no notes; 0 is a rest, 60 is the C in the middle")
        low, high = min(note.pitch for note in written) - 2, max(note.pitch for note in written) + 2
        width, height = self._width(), (high - low + 1) * _HIGH
        step = width / len(self.score)
        parts = [
            f'<rect x="{_LEFT + at * step:.1f}" y="0" width="{step:.1f}" height="{height}" fill="#d1495b" '
            'fill-opacity="0.18"/>'
            for at in self.marks
        ]
        for pitch in range(low, high + 1):
            if pitch % 12 == 0:  # a line and a name for each C
                y = (high - pitch + 0.5) * _HIGH
                parts.append(f'<path d="M{_LEFT} {y}h{width}" stroke="currentColor" stroke-opacity="0.3"/>')
                parts.append(
                    f'<text x="2" y="{y + 4}" font-size="11" fill="currentColor">C{pitch // 12 - 1}</text>'
                )
        for note in written:
            x, y = _LEFT + note.start * step, (high - note.pitch) * _HIGH
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{note.steps * step - 1.5:.1f}" height="{_HIGH}" rx="2" '
                f'fill="{_COLOURS[note.voice]}"/>'
            )
        parts.append(
            f'<g class="now"><path d="M{_LEFT} 0v{height}" stroke="currentColor" stroke-width="1.5"/></g>'
        )
        for voice, name in enumerate(_NAMES):
            x = _LEFT + 80 * voice
            parts.append(f'<rect x="{x}" y="{height + 6}" width="10" height="8" fill="{_COLOURS[voice]}"/>')
            parts.append(
                f'<text x="{x + 14}" y="{height + 14}" font-size="11" fill="currentColor">{name}</text>'
            )
        words = f"{self.title or 'Piano roll'}: {len(self.score)} beats in four voices"
        return (
            f'<svg role="img" aria-label="{words}" width="{width + _LEFT + 4}" height="{height + 20}" '
            f'viewBox="0 0 {width + _LEFT + 4} {height + 20}">{"".join(parts)}</svg>'
        )
