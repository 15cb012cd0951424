from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from teach.speech.toys import silence, tone
from workshop.core.errors import WorkshopError
from workshop.datasets import voices
from workshop.teach.speech import corpus
from workshop.teach.speech.sound import wav


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """Two voices that say each digit twice; the sound of a word tells its number."""
    words = voices.planned(["ann", "bob"], turns=2)
    sounds = [voices.pressed(tone(0.1, loud=0.1 + number / 50)) for number in range(len(words))]
    count = sum(map(len, sounds))
    (tmp_path / "sounds-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, count) + b"".join(sounds))
    lines = ["digit\tvoice\taccent\tspeed\tpitch\tsamples"]
    lines += [f"{word.digit}\t{word.voice}\t{word.accent}\t150\t50\t800" for word in words]
    (tmp_path / "words.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_bytes_become_the_sound_that_they_were_pressed_from() -> None:
    samples = np.linspace(-1, 1, 4001)
    again = corpus.expanded(np.frombuffer(voices.pressed(samples), np.uint8))
    assert np.abs(again - samples).max() < 0.025
    quiet = np.abs(samples) < 0.01
    assert np.abs(again - samples)[quiet].max() < 4e-4


def test_each_word_has_its_own_sound(spoken: Path) -> None:
    words = corpus.load(folder=spoken)
    assert words.digits.tolist() == list(range(10)) * 4
    assert words.voices.tolist() == ["ann"] * 20 + ["bob"] * 20
    peaks = [float(np.abs(each).max()) for each in words.sounds]
    assert np.allclose(peaks, 0.1 + np.arange(40) / 50, rtol=0.03)


def test_a_part_has_every_voice_and_every_digit_once(spoken: Path) -> None:
    words = corpus.load(every=2, folder=spoken)
    assert words.digits.tolist() == list(range(10)) * 2
    assert words.voices.tolist() == ["ann"] * 10 + ["bob"] * 10
    assert np.isclose(np.abs(words.sounds[10]).max(), 0.1 + 20 / 50, rtol=0.03)


@pytest.mark.parametrize(
    "text",
    ["", "digit\tvoice\n1\tann\n", "digit\tvoice\taccent\tspeed\tpitch\tsamples\n1\ta\ta\t1\t1\t800\n"],
)
def test_files_that_do_not_belong_together_are_one_line(spoken: Path, text: str) -> None:
    (spoken / "words.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(WorkshopError, match="workshop data fetch"):
        corpus.load(folder=spoken)


def test_without_recordings_synthetic_voices_stand_in(
    spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "workshop.toml"
    config.write_text(f'data = "{tmp_path}"\n', encoding="utf-8")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(config))
    words = corpus.load(folder=spoken)
    stand_in = corpus.clips(words)
    assert "synthetic" in stand_in.who
    assert len(stand_in.sounds) == 10
    (tmp_path / "recorded-digits").mkdir()
    for digit in range(10):
        (tmp_path / "recorded-digits" / f"{digit}.wav").write_bytes(wav(tone(0.1 + digit / 100)))
    recorded = corpus.clips(words)
    assert recorded.who == "a person"
    assert [len(each) for each in recorded.sounds] == [800 + 80 * digit for digit in range(10)]


def test_a_folder_of_people_is_read_by_its_names(tmp_path: Path) -> None:
    for name in ("7_jo_0", "7_jo_1", "0_ann_12", "notes", "x_jo_1"):
        (tmp_path / f"{name}.wav").write_bytes(wav(np.concatenate([silence(0.2), tone(0.3)])))
    found = corpus.people(tmp_path)
    assert found.digits.tolist() == [0, 7, 7]
    assert found.voices.tolist() == ["ann", "jo", "jo"]
    assert all(len(each) < 0.4 * 8000 for each in found.sounds)


def test_a_folder_without_such_names_says_how_to_name_them(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="7_jo_0"):
        corpus.people(tmp_path)
