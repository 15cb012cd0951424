from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

pytest.importorskip("segno")

from organiser.hub.cards import QUIET, Card, page_of, sheets, write

CODE = "ACDEFGHJKMNP"


def card(
    number: int = 17, name: str = "", address: str = "https://class.example.org:8443", **rest: str
) -> Card:
    return Card(f"{number:03d}", name, CODE, address, **rest)


def objects(pdf: bytes) -> dict[int, bytes]:
    """Return a PDF's objects by number, each found where the table of the file says."""
    start = int(pdf.rpartition(b"startxref\n")[2].split()[0])
    table = pdf[start:]
    assert table.startswith(b"xref\n0 ")
    offsets = [int(line[:10]) for line in re.findall(rb"^\d{10} \d{5} n $", table, re.M)]
    found = {}
    for number, offset in enumerate(offsets, 1):
        assert pdf[offset:].startswith(b"%d 0 obj\n" % number)
        found[number] = pdf[offset : pdf.index(b"endobj", offset)]
    assert b"/Size %d " % (len(offsets) + 1) in table
    return found


def drawn(pdf: bytes) -> list[str]:
    """Return what each page draws."""
    pages = []
    for body in objects(pdf).values():
        if b"FlateDecode" in body:
            length = int(re.search(rb"/Length (\d+)", body)[1])  # type: ignore[index]
            stream = body.partition(b"stream\n")[2][:length]
            pages.append(zlib.decompress(stream).decode("ascii"))
    return pages


def test_a_card_says_address_seat_code_and_fingerprint() -> None:
    (page,) = drawn(sheets([card(name="Émilie (du) Châtelet", fingerprint="ab12" * 16)]))
    for words in (
        "(https://class.example.org:8443)",
        "(Seat 17)",
        "AB12 AB12",
        r"(\311milie \050du\051 Ch\342telet)",
    ):
        assert words in page
    assert "AB12" not in drawn(sheets([card()]))[0]


def test_everything_on_a_sheet_is_on_the_paper() -> None:
    long = card(
        name="x" * 32,
        address="https://workshop.a-long-university-name.example.org:8443",
        fingerprint="0f" * 32,
    )
    (page,) = drawn(sheets([long] * 8))
    for x, y, wide, high in re.findall(r"^([\d.-]+) ([\d.-]+) ([\d.]+) ([\d.]+) re f$", page, re.M):
        assert 0 <= float(x) <= float(x) + float(wide) <= 596
        assert 0 <= float(y) <= float(y) + float(high) <= 842
    for x, y in re.findall(r"Tf ([\d.-]+) ([\d.-]+) Td", page):
        assert 0 < float(x) < 596
        assert 0 < float(y) < 842


def test_the_code_is_behind_the_sharp_where_no_server_sees_it() -> None:
    assert card().link == f"https://class.example.org:8443/hub/login#17.{CODE}"


def test_the_qr_code_on_paper_is_that_of_the_link() -> None:
    modules = card().modules()
    (page,) = drawn(sheets([card()]))
    boxes = re.findall(r"^([\d.-]+) ([\d.-]+) ([\d.]+) ([\d.]+) re f$", page, re.M)
    step = min(float(box[3]) for box in boxes)
    dark = sum(round(float(box[2]) / step) for box in boxes)
    assert dark == sum(sum(row) for row in modules)
    assert not any(any(row) for row in modules[:QUIET])


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
