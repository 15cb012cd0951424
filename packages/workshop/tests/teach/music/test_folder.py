"""Real music: the tune that comes with the workshop, and a folder that a course brings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lesson_cells import run_cell

from workshop.teach.music import musicxml, textbook
from workshop.teach.music.melody import pitches

OLD_HUNDREDTH = """
G4 G4 F#4 E4 D4 G4 A4 B4  B4 B4 B4 A4 G4 C5 B4 A4
G4 A4 B4 A4 G4 E4 F#4 G4  D5 B4 G4 A4 C5 B4 A4 G4
"""
STEPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def as_musicxml(score: textbook.Score) -> str:
    """Return a score (beats, 4) as another program would write it, two divisions a beat."""
    parts = ""
    for line in score.T.tolist():
        notes = ""
        for pitch in line:
            step, octave = STEPS[pitch % 12], pitch // 12 - 1
            alter = "<alter>1</alter>" if step[1:] else ""
            notes += f"<note><pitch><step>{step[0]}</step>{alter}<octave>{octave}</octave></pitch>"
            notes += "<duration>2</duration></note>"
        parts += f"<part><measure><attributes><divisions>2</divisions></attributes>{notes}</measure></part>"
    return f"<score-partwise>{parts}</score-partwise>"


def test_the_tune_that_comes_with_the_workshop_is_old_hundredth() -> None:
    (psalm,) = musicxml.read_folder(musicxml.FOLDER)
    assert psalm[:, 0].tolist() == pitches(OLD_HUNDREDTH)
    assert (psalm[:, :-1] >= psalm[:, 1:]).all(), "voices do not cross"
    assert not textbook.parallel(psalm[:-1], psalm[1:]).any()
    for file in musicxml.FOLDER.iterdir():
        assert "public domain" in file.read_text(encoding="utf-8")


def test_the_lesson_learns_from_a_folder_that_a_course_brings(tmp_path: Path) -> None:
    pytest.importorskip("theano", reason="the lesson's cells import it")
    for number, score in enumerate(textbook.pieces(11, seed=3)):
        (tmp_path / f"{number:02}.musicxml").write_text(as_musicxml(score), encoding="utf-8")
    shutil.copy(musicxml.FOLDER / "old-hundredth.musicxml", tmp_path)
    names: dict[str, Any] = {}
    for cell in ("parameters", "imports", "pieces", "exercise-weave", "sequences"):
        run_cell("7-make/50-four-voices.ipynb", cell, names)
        names["CHORALES"] = str(tmp_path)
    every = [*names["train_pieces"], *names["test_pieces"]]
    wanted = [*textbook.pieces(11, seed=3), *musicxml.read_folder(musicxml.FOLDER)]
    assert len(names["test_pieces"]) == 2
    assert sorted(map(np.ndarray.tolist, every)) == sorted(map(np.ndarray.tolist, wanted))
