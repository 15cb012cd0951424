"""Spoken digits: a hundred synthetic voices, one recorded person, and people in a folder."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.teach.data import Labels, read_idx
from workshop.teach.speech.sound import Sound, read_wav, trimmed

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Spoken(NamedTuple):
    """Words: four lists side by side."""

    sounds: list[Sound]
    """Trimmed."""
    digits: Labels
    """int32 (words,), 0 to 9."""
    voices: npt.NDArray[np.str_]
    """(words,): whose voice."""
    accents: npt.NDArray[np.str_]
    """(words,): which English."""


class Clips(NamedTuple):
    """Each digit once, in one voice."""

    who: str
    """Whose voice, for a sentence."""
    sounds: list[Sound]
    """Ten sounds, zero to nine, not trimmed."""


def expanded(codes: npt.NDArray[np.uint8]) -> Sound:
    """Undo the μ-law: bytes become samples from −1 to 1 (``workshop.datasets.voices.pressed`` made them)."""
    level = np.arange(256) / 127.5 - 1
    table = np.sign(level) * np.expm1(np.abs(level) * np.log(256)) / 255
    return np.asarray(table.astype(np.float32)[codes])


def load(every: int = 1, folder: Path | None = None) -> Spoken:
    """Return the words of the synthetic voices; with ``every`` = 4 each says each digit once, not four times.

    ``folder`` holds the two files; without it they come from ``workshop data fetch spoken-digits``.
    Raises WorkshopError when they are not there or do not belong together.
    """
    folder = folder or _dataset("spoken-digits")
    codes = read_idx(folder / "sounds-idx1-ubyte")
    try:
        with (folder / "words.tsv").open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t"))
        ends = np.cumsum([int(row["samples"]) for row in rows])
        digits = np.array([int(row["digit"]) for row in rows], dtype=np.int32)
        voices, accents = (np.array([row[name] for row in rows]) for name in ("voice", "accent"))
    except (OSError, KeyError, ValueError) as error:
        raise WorkshopError(f"cannot read {folder / 'words.tsv'}; run 'workshop data fetch'") from error
    if not len(ends) or ends[-1] != len(codes):
        raise WorkshopError(f"the two files in {folder} do not belong together; run 'workshop data fetch'")
    some = np.flatnonzero(np.arange(len(rows)) // 10 % every == 0)
    starts = ends - np.diff(ends, prepend=0)
    sounds = [trimmed(expanded(codes[starts[word] : ends[word]])) for word in some]
    return Spoken(sounds, digits[some], voices[some], accents[some])


def clips(instead: Spoken) -> Clips:
    """Return ten digits as a person said them; where the recordings are missing, words of ``instead``.

    Of those, the first word of each digit.
    """
    try:
        folder = _dataset("recorded-digits")
        return Clips("a person", [read_wav(folder / f"{digit}.wav") for digit in range(10)])
    except WorkshopError:
        firsts = [int(np.flatnonzero(instead.digits == digit)[0]) for digit in range(10)]
        return Clips(
            "synthetic voices (the recordings of a person are not on this machine)",
            [np.pad(instead.sounds[place], 800) for place in firsts],
        )


def people(folder: Path) -> Spoken:
    """Return the recordings in a folder whose files are named ``DIGIT_WHO_NUMBER.wav``: ``7_jo_0.wav``.

    The Free Spoken Digit Dataset names its own so. Raises WorkshopError when there is none.
    """
    found = [
        (path, named)
        for path in sorted(folder.expanduser().glob("*.wav"))
        if (named := re.fullmatch(r"([0-9])_([^_]+)_\w+", path.stem))
    ]
    if not found:
        raise WorkshopError(f"{folder} has no recordings named like 7_jo_0.wav; name your files so")
    return Spoken(
        [trimmed(read_wav(path)) for path, _ in found],
        np.array([int(named[1]) for _, named in found], dtype=np.int32),
        np.array([named[2] for _, named in found]),
        np.array([""] * len(found)),
    )


def _dataset(name: str) -> Path:
    """Return the folder of a data set of this machine."""
    from workshop import datasets

    return datasets.path(name)
