from __future__ import annotations

import pytest

from workshop.teach.charmodel.show import Diary, Tinted


def test_a_diary_keeps_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    diary = Diary()
    diary.add("sample 1", 3.2, "qqq <b>")
    diary.add("sample 2", 1.5, "To be" * 100)
    assert "sample 2, 1.500 nats: 'To be" in capsys.readouterr().out
    page = diary._repr_html_()
    assert page.count("<tr>") == 2
    assert "&lt;b&gt;" in page and "<b>" not in page
    assert len(page) < 1000


def test_every_character_needs_a_value() -> None:
    with pytest.raises(ValueError, match="3 characters and 2 values"):
        Tinted("abc", [1, 2])
