"""The pictures are well-formed SVG and show what they should."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET

from workshop.machine.gpus import chart
from workshop.machine.gpus.table import frontier, load_cards

CARDS = load_cards()
BEST = frontier(CARDS)
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_every_card_is_a_dot_and_the_best_have_names() -> None:
    svg = chart.prices(CARDS, BEST)
    dots = list(ET.fromstring(svg).iter(f"{SVG}circle"))
    assert len(dots) == len(CARDS)
    named = [card.name.removeprefix("GeForce ").removeprefix("Radeon ") for card in BEST]
    assert set(named) <= set(texts(svg))
    assert not {"Tesla K80"} & set(texts(svg))
    assert any(
        (title.text or "").startswith("Tesla K80 (2014)") for title in ET.fromstring(svg).iter(f"{SVG}title")
    )


def test_names_are_escaped() -> None:
    odd = [dataclasses.replace(CARDS[0], name="<b>&")]
    assert "<b>&" in texts(chart.prices(odd, odd))
