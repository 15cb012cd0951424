from __future__ import annotations

from pathlib import Path

import pytest

from workshop import datasets
from workshop.core.errors import WorkshopError
from workshop.teach.charmodel import words


def test_a_word_keeps_its_apostrophe_but_no_quotes() -> None:
    assert words.words("FIRST:\n'Tis o'er--the king's 'if'!") == [
        "first", "tis", "o'er", "the", "king's", "if",
    ]  # fmt: skip


def test_the_list_of_the_data_set_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list").write_text("A\nZoë\nzebra\nzebra's\n", encoding="utf-8")
    monkeypatch.setattr(datasets, "path", lambda name, file: tmp_path / "list")
    known, whose = words.dictionary("thou")
    assert whose == "English"
    assert {"a", "zebra", "zebra's"} <= known and "thou" not in known


def test_without_a_word_list_the_words_of_the_text_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str, file: str) -> Path:
        raise WorkshopError(f"{name}/{file} is not here")

    monkeypatch.setattr(datasets, "path", nowhere)
    known, whose = words.dictionary("Thou art")
    assert (set(known), whose) == ({"thou", "art"}, "in the text")
