"""Scores of one's own: four-part pieces in MusicXML, plain or compressed, as one note a beat and voice.

It reads as much of the format (https://www.w3.org/2021/06/musicxml40/) as four voices need: parts, measures,
durations, pitches, rests, and the steps back and forth of parts with more than one layer, of which the first
counts. Repeats are not played, grace notes are left out.
"""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from workshop.core.errors import WorkshopError
from workshop.core.zips import read_member

Score = NDArray[np.int64]
Sounding = tuple[Fraction, Fraction, int]
"""From when to when, in quarters, and the MIDI number."""

FOLDER = Path(__file__).with_name("scores")
"""Comes with the workshop: *Old Hundredth*, a tune of 1551 in the public domain."""
VOICES = 4
SUFFIXES = (".mxl", ".musicxml", ".xml")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LARGEST = 20_000_000
"""Bytes of a score at most: a compressed one may unpack to anything."""


def read_folder(folder: str | Path) -> list[Score]:
    """Return the four-part pieces in a folder, by the names of their files; others are passed over.

    Raises WorkshopError when there is none, or a file is no MusicXML.
    """
    place = Path(folder).expanduser()
    files = sorted(file for file in place.glob("*") if file.suffix.lower() in SUFFIXES)
    scores = [score for score in map(read, files) if score is not None]
    if not scores:
        raise WorkshopError(
            f"no four-part piece among the {len(files)} MusicXML files in {place}; name another folder"
        )
    return scores


def read(file: Path) -> Score | None:
    """Return a piece as MIDI numbers (beats, 4), 0 for a rest; None unless four of its parts have notes."""
    try:
        parts = [_part(part) for part in ElementTree.fromstring(_text(file)).findall("part")]
    except (
        OSError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        ValueError,
        ArithmeticError,
    ) as error:
        raise WorkshopError(
            f"{file.name} cannot be read as MusicXML ({error}); take it out of the folder"
        ) from error
    sounding = [part for part in parts if part]
    if len(sounding) != VOICES:
        return None
    beats = int(max(end for part in sounding for _, end, _ in part))
    score = np.zeros((beats, VOICES), np.int64)
    for voice, part in enumerate(sounding):
        for start, end, pitch in part:
            first = -(-start.numerator // start.denominator)  # the first beat at or after its start
            score[first : -(-end.numerator // end.denominator), voice] = pitch
    return score


def _text(file: Path) -> bytes:
    """Return the score's XML; a compressed file is an archive whose container names it, or holds but one."""
    if file.suffix.lower() != ".mxl":
        return file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        inside = [each for each in archive.infolist() if each.filename.lower().endswith(SUFFIXES[1:])]
        scores = [each for each in inside if not each.filename.startswith("META-INF/")]
        if not scores:
            raise ValueError("no score in it")
        return read_member(archive, scores[0], _LARGEST)


def _part(part: ElementTree.Element) -> list[Sounding]:
    """Return what sounds in a part; of a chord its first note, of several layers the first."""
    now, divisions, layer = Fraction(0), 1, None
    found: list[Sounding] = []
    for measure in part.findall("measure"):
        furthest = now
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions") or divisions)
            if element.tag not in ("note", "backup", "forward") or element.find("grace") is not None:
                continue
            if element.find("chord") is not None:
                continue
            length = Fraction(element.findtext("duration") or "0") / divisions
            if element.tag == "backup":
                now -= length
                continue
            pitch = element.find("pitch")
            if pitch is not None:
                own = element.findtext("voice")
                layer = layer or own
                if own == layer:
                    found.append((now, now + length, _number(pitch)))
            now += length
            furthest = max(furthest, now)
        now = furthest
    return found


def _number(pitch: ElementTree.Element) -> int:
    """Return the MIDI number of a pitch."""
    octave, alter = int(pitch.findtext("octave") or ""), float(pitch.findtext("alter") or 0)
    return 12 * (octave + 1) + _STEPS[pitch.findtext("step") or ""] + round(alter)
