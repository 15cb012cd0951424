from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("segno")

from organiser.hub.cards import Card
from organiser.hub.warningpage import NAME, page_of, write

MARK = "0123456789abcdef" * 4


def test_the_digits_are_those_of_the_card() -> None:
    page = page_of("https://class.example.org:8443", MARK)
    for line in Card("001", "", "ACDEFGHJKMNP", "https://class.example.org:8443", MARK).warning()[1:]:
        assert line in page


def test_a_name_is_text_and_nothing_of_it_is_markup(tmp_path: Path) -> None:
    file = write("https://<b>x</b>:8443", MARK, tmp_path / "cards")
    assert file.name == NAME
    assert "<b>x" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
