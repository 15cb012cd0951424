from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

pytest.importorskip("segno")
pytest.importorskip("fpdf")

from organiser.hub.cards import Card, page_of, sheets, write, write_wall

CODE = "ACDEFGHJKMNP"
MARK = "0123456789abcdef" * 4


def card(
    number: int = 17, name: str = "", address: str = "https://class.example.org:8443", **rest: str
) -> Card:
    return Card(f"{number:03d}", name, CODE, address, **rest)


def drawn(pdf: bytes) -> list[str]:
    """Return the text that each page draws."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.S)
    unpacked = [zlib.decompress(each) for each in streams if each.startswith(b"x")]
    return [each.decode("cp1252") for each in unpacked if b" Tj" in each]


def test_a_card_says_address_seat_code_and_fingerprint() -> None:
    (page,) = drawn(sheets([card(name="Émilie (du) Châtelet", fingerprint="ab12" * 16)]))
    for words in (
        "(https://class.example.org:8443)",
        "(Seat 17)",
        "(ACDE-FGHJ-KMNP)",
        "AB12 AB12",
        r"(Émilie \(du\) Châtelet)",
    ):
        assert words in page
    assert "AB12" not in drawn(sheets([card()]))[0]


def test_a_card_names_what_is_taught() -> None:
    assert "(Deep Learning Workshop)" in drawn(sheets([card()]))[0]
    course = card(title="Knots & ropes")
    assert "(Knots & ropes)" in drawn(sheets([course]))[0]
    assert "<p>Knots &amp; ropes</p>" in page_of([course])


def test_a_name_in_letters_that_the_font_lacks_is_still_a_card() -> None:
    assert "(?ukasz)" in drawn(sheets([card(name="Łukasz")]))[0]


def test_nine_cards_are_a_sheet_of_eight_and_one() -> None:
    assert [page.count("(Seat ") for page in drawn(sheets([card(n) for n in range(1, 10)]))] == [8, 1]


def test_the_code_is_behind_the_sharp_where_no_server_sees_it() -> None:
    assert card().link == f"https://class.example.org:8443/hub/login#17.{CODE}"


def test_a_page_holds_everything_itself_and_no_name_is_markup() -> None:
    page = page_of([card(name="<script>x</script>")])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<svg") == 1
    assert not re.search(r'(?:src|href)="', page)
    assert "ACDE-FGHJ-KMNP" in page


def test_cards_are_for_their_owner_alone(tmp_path: Path) -> None:
    for file in write([card()], tmp_path / "cards"):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_size > 1000


def test_the_digits_are_those_of_the_card(tmp_path: Path) -> None:
    page = write_wall("https://class.example.org:8443", MARK, tmp_path).read_text(encoding="utf-8")
    assert "Proceed to class.example.org (unsafe)" in page
    for line in Card("001", "", "ACDEFGHJKMNP", "https://class.example.org:8443", MARK).warning()[1:]:
        assert line in page


def test_a_name_is_text_and_nothing_of_it_is_markup(tmp_path: Path) -> None:
    file = write_wall("https://<b>x</b>:8443", MARK, tmp_path / "cards")
    assert file.name == "certificate-warning.html"
    assert "<b>x" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
