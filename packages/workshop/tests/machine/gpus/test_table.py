"""The table of cards is complete and sane, and its frontier is one."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from urllib.parse import urlparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.core.errors import WorkshopError
from workshop.machine.gpus.table import FILE, Card, frontier, load_cards

CARDS = load_cards()
RANGES = {
    "year": (2014, 2030),
    "memory_gb": (4, 300),
    "bandwidth_gbs": (100, 10_000),
    "fp32_tflops": (2, 300),
    "half_tflops": (2, 5_000),
    "power_w": (30, 1_500),
    "price_usd": (100, 60_000),
}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_each_row_is_complete_and_sane(card: Card) -> None:
    for name, (least, most) in RANGES.items():
        assert least <= getattr(card, name) <= most, name
    assert card.price in ("launch", "reported")
    # 16 bits are never slower, and no unit so far does more than 16 times as many of them.
    assert 0.99 <= card.half_tflops / card.fp32_tflops <= 16.5
    # What memory delivers and what is computed with it grow together: a slip of the pen would show.
    assert 5 <= card.bandwidth_gbs / card.fp32_tflops <= 80
    assert 1 <= card.power_w / card.fp32_tflops <= 80


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_each_row_has_its_sources_and_their_date(card: Card) -> None:
    for address in (card.source, card.half_source, card.price_source):
        parts = urlparse(address)
        assert parts.scheme in ("http", "https") and "." in parts.netloc and len(parts.path) > 1
    assert type(card.looked_up) is datetime.date
    assert card.year <= card.looked_up.year


def with_figures(price: float, speed: float, memory: float = 8.0, power: float = 200.0) -> Card:
    return dataclasses.replace(
        CARDS[0], name=f"{price}/{speed}", price_usd=price, half_tflops=speed, memory_gb=memory, power_w=power
    )


PILES = st.lists(st.builds(with_figures, st.integers(1, 9), st.integers(1, 9)), max_size=12)


@given(PILES)
def test_nothing_beats_the_frontier_and_it_beats_all_others(cards: list[Card]) -> None:
    best = frontier(cards)
    assert all(
        not (
            other.price_usd <= card.price_usd
            and other.half_tflops >= card.half_tflops
            and (other.price_usd, other.half_tflops) != (card.price_usd, card.half_tflops)
        )
        for card in best
        for other in cards
    )
    assert all(
        any(one.price_usd <= card.price_usd and one.half_tflops >= card.half_tflops for one in best)
        for card in cards
    )
    assert [card.price_usd for card in best] == sorted({card.price_usd for card in best})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("memory_gb = 12", ""), "Tesla K80 lacks or does not know memory_gb"),
        (("memory_gb = 12", "memory_gb = 12\ncolour = 'red'"), "does not know colour"),
        (("[[card]]", "[[card"), "cannot be read"),
        (("[[card]]", "[[cart]]"), "cannot be read"),
    ],
)
def test_a_damaged_table_is_said(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    path = tmp_path / "gpus.toml"
    text = FILE.read_text(encoding="utf-8")
    path.write_text(text.replace(*change) if "cart" in change[1] else text.replace(*change, 1))
    with pytest.raises(WorkshopError, match=complaint):
        load_cards(path)
