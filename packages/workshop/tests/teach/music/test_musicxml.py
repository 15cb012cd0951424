"""Scores of one's own: what is read of MusicXML, and what is passed over or refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.music import musicxml


def note(step: str, octave: int, duration: int, extra: str = "") -> str:
    return (
        f"<note>{extra}<pitch><step>{step[0]}</step>{'<alter>1</alter>' if step[1:] else ''}"
        f"<octave>{octave}</octave></pitch><duration>{duration}</duration><voice>1</voice></note>"
    )


def part(*measures: str) -> str:
    first = "<attributes><divisions>2</divisions></attributes>"
    inside = "".join(
        f"<measure>{first if not at else ''}{each}</measure>" for at, each in enumerate(measures)
    )
    return f"<part>{inside}</part>"


def score(*parts: str) -> str:
    return f"<score-partwise>{''.join(parts)}</score-partwise>"


REST = "<note><rest/><duration>2</duration><voice>1</voice></note>"
SOPRANO = part(note("C", 5, 1) + note("D", 5, 1) + note("E", 5, 2), note("F#", 5, 4))
ALTO = part(note("G", 4, 4, "") + note("A", 4, 4, "<chord/>"), REST + note("A", 4, 2))
TENOR = part(
    note("E", 4, 4)
    + "<backup><duration>4</duration></backup>"
    + note("C", 4, 4).replace(">1</voice", ">2</voice"),
    note("D", 4, 4),
)
BASS = part(
    note("B", 2, 1, "<grace/>").replace("<duration>1</duration>", "") + note("C", 3, 3) + note("B", 2, 5), ""
)


def test_it_takes_what_sounds_on_each_beat(tmp_path: Path) -> None:
    file = tmp_path / "piece.musicxml"
    file.write_text(score(SOPRANO, ALTO, TENOR, BASS), encoding="utf-8")
    read = musicxml.read(file)
    assert read is not None
    assert read.T.tolist() == [[72, 76, 78, 78], [67, 67, 0, 69], [64, 64, 62, 62], [48, 48, 47, 47]]


def test_a_folder_gives_its_four_part_pieces_compressed_or_not(tmp_path: Path) -> None:
    whole = score(SOPRANO, ALTO, TENOR, BASS)
    (tmp_path / "b.xml").write_text(whole, encoding="utf-8")
    (tmp_path / "duet.xml").write_text(score(SOPRANO, BASS), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not music", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.mxl", "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("piece.xml", whole)
    one, two = musicxml.read_folder(tmp_path)
    assert (one == two).all()


@pytest.mark.parametrize(
    "content", [b"<score-partwise>", b"PK", score(part("<note><duration>x</duration></note>")).encode()]
)
def test_what_is_no_music_is_named_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.xml").write_bytes(content)
    with pytest.raises(WorkshopError, match=r"odd\.xml cannot be read as MusicXML") as caught:
        musicxml.read_folder(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_without_four_voices_says_so(tmp_path: Path) -> None:
    (tmp_path / "duet.xml").write_text(score(SOPRANO, BASS), encoding="utf-8")
    with pytest.raises(WorkshopError, match="no four-part piece among the 1 MusicXML files"):
        musicxml.read_folder(tmp_path)
