"""The table of graphics cards: read, checked, filtered, and reduced to what is worth its price."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError

FILE = Path(__file__).with_name("gpus.toml")
MEASURES = {
    "half_tflops": "TFLOPS in 16 bits",
    "fp32_tflops": "TFLOPS in 32 bits",
    "bandwidth_gbs": "GB/s of memory",
    "memory_gb": "GB of memory",
}
"""What may be compared with the price, and its unit; more is better."""


@dataclass(frozen=True)
class Card:
    """One graphics card; ``gpus.toml`` says what the fields mean."""

    name: str
    vendor: str
    year: int
    memory_gb: float
    bandwidth_gbs: float
    fp32_tflops: float
    half_tflops: float
    power_w: float
    price_usd: float
    price: str
    source: str
    half_source: str
    price_source: str
    looked_up: datetime.date
    note: str = ""

    def measure(self, name: str) -> float:
        """Return one of MEASURES."""
        return float(getattr(self, name))


def load_cards(path: Path = FILE) -> list[Card]:
    """Return the cards of the table, in its order.

    Raises WorkshopError when the file cannot be read or a row lacks something or says something unknown.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["card"]
    except (OSError, KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkshopError(f"the table {path} cannot be read ({error}); get it from the checkout") from error
    return [_card(row, path) for row in rows]


def _card(row: dict[str, Any], path: Path) -> Card:
    """Turn one row into a card."""
    known = {field.name for field in fields(Card)}
    wrong = sorted((known - {"note"} - set(row)) | (set(row) - known))
    if wrong:
        raise WorkshopError(f"{path}: {row.get('name', 'a row')} lacks or does not know {', '.join(wrong)}")
    return Card(**row)


def within(
    cards: Iterable[Card],
    *,
    budget: float = float("inf"),
    memory: float = 0.0,
    power: float = float("inf"),
) -> list[Card]:
    """Return the cards of at most ``budget`` dollars and ``power`` watts with at least ``memory`` GB."""
    return [
        card
        for card in cards
        if card.price_usd <= budget and card.memory_gb >= memory and card.power_w <= power
    ]


def frontier(cards: Iterable[Card], measure: str = "half_tflops") -> list[Card]:
    """Return the cards that no cheaper or equally dear one matches, cheapest first.

    That is the Pareto frontier of price and ``measure``: whoever wants more than one of these cards
    offers has to pay more.
    """
    best: list[Card] = []
    for card in sorted(cards, key=lambda each: (each.price_usd, -each.measure(measure))):
        if not best or card.measure(measure) > best[-1].measure(measure):
            best.append(card)
    return best
