"""A melody that somebody typed."""

from __future__ import annotations

import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.music.melody import pitches


def test_names_become_numbers() -> None:
    assert pitches("C4 F#5  Bb4\nA4 c5") == [60, 78, 70, 69, 72]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("C5 H5", "H5 is not a note"), ("C", "C is not a note"), ("C2", "not for a soprano"), (" ", "no notes")],
)
def test_what_cannot_be_sung_is_named(text: str, reason: str) -> None:
    with pytest.raises(WorkshopError, match=reason):
        pitches(text)
