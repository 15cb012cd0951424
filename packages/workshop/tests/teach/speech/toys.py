"""Sounds made up for the tests."""

from __future__ import annotations

import numpy as np

from workshop.teach.speech.sound import RATE, Sound


def tone(seconds: float, hertz: float = 440, rate: int = RATE, loud: float = 0.5) -> Sound:
    """Return a pure tone."""
    moments = np.arange(round(seconds * rate)) / rate
    return (loud * np.sin(2 * np.pi * hertz * moments)).astype(np.float32)


def silence(seconds: float, rate: int = RATE) -> Sound:
    """Return nothing at all."""
    return np.zeros(round(seconds * rate), dtype=np.float32)
