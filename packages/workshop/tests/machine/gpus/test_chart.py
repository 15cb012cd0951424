"""The pictures are well-formed SVG and show what they should."""

from __future__ import annotations

import dataclasses
import itertools
import xml.etree.ElementTree as ET

import pytest

from workshop.machine.gpus import chart
from workshop.machine.gpus.need import NETWORKS, need
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


def test_all_dots_lie_on_the_paper_and_dearer_ones_further_right() -> None:
    dots = list(ET.fromstring(chart.prices(CARDS, BEST)).iter(f"{SVG}circle"))
    places = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in dots]
    assert all(chart.LEFT <= x <= chart.WIDTH and 0 <= y <= chart.HEIGHT - chart.BOTTOM for x, y in places)
    by_price = sorted(zip(CARDS, places, strict=True), key=lambda pair: pair[0].price_usd)
    across = [x for _, (x, _) in by_price]
    assert across == sorted(across)


def test_the_frontier_is_a_staircase() -> None:
    line = next(ET.fromstring(chart.prices(CARDS, BEST)).iter(f"{SVG}polyline"))
    corners = [tuple(map(float, corner.split(","))) for corner in line.attrib["points"].split()]
    assert len(corners) == 2 * len(BEST) - 1
    for (x, y), (next_x, next_y) in itertools.pairwise(corners):
        assert (x == next_x) != (y == next_y)


def test_names_are_escaped() -> None:
    odd = [dataclasses.replace(CARDS[0], name="<b>&")]
    assert "<b>&" in texts(chart.prices(odd, odd))


def test_one_card_and_none() -> None:
    assert len(list(ET.fromstring(chart.prices(CARDS[:1], CARDS[:1])).iter(f"{SVG}circle"))) == 1
    assert "No card fits" in texts(chart.prices([], []))[0]


def test_bars_grow_with_the_memory_and_their_parts_are_in_proportion() -> None:
    needs = [(network.name, need(network, 8, precision="16 bits")) for network in NETWORKS]
    svg = chart.needs(needs)
    bars = [e for e in ET.fromstring(svg).iter(f"{SVG}rect") if e.attrib["height"] == "18"]
    count = len(chart.PARTS)
    assert len(bars) == count * len(NETWORKS)
    lengths = []
    for number, (_, taken) in enumerate(needs):
        widths = [float(bar.attrib["width"]) for bar in bars[count * number : count * (number + 1)]]
        lengths.append(sum(widths))
        assert widths[4] / sum(widths) == pytest.approx(taken.activations / taken.total, abs=0.01)
    totals = [taken.total for _, taken in needs]
    assert sorted(range(len(needs)), key=lengths.__getitem__) == sorted(
        range(len(needs)), key=totals.__getitem__
    )
    # On a logarithmic axis equal factors are equal distances.
    axis = chart.Axis([0.01, 8, 16, 24, 80, *(total / 1e9 for total in totals)], 250, chart.WIDTH - 90)
    assert lengths[1] == pytest.approx(axis.place(totals[1] / 1e9) - 250, abs=0.5)


def test_a_card_with_four_times_the_memory_is_a_dot_of_twice_the_width() -> None:
    small, large = (dataclasses.replace(CARDS[0], memory_gb=memory) for memory in (8, 32))
    dots = list(ET.fromstring(chart.prices([small, large], [])).iter(f"{SVG}circle"))
    assert float(dots[1].attrib["r"]) == pytest.approx(2 * float(dots[0].attrib["r"]), abs=0.1)


def test_ticks_are_round_and_in_place() -> None:
    axis = chart.Axis([3, 700], 0, 100)
    assert axis.ticks() == [5, 10, 20, 50, 100, 200, 500]
    assert 0 < axis.place(3) < axis.place(700) < 100


def test_a_roof_rises_to_its_peak_and_what_reaches_it_lies_on_it() -> None:
    # 100 billion operations and 10 GB a second: from 10 operations a byte on, arithmetic is the limit.
    made = chart.roofs(
        {"here": (1e11, 1e10), "a card": (1e13, 1e12)},
        [("here", "low", 1, 1e10), ("here", "high", 20, 1e11)],
        paper=["a card"],
    )
    svg = ET.fromstring(made)
    here, card = svg.iter(f"{SVG}polyline")
    corners = [tuple(map(float, corner.split(","))) for corner in here.attrib["points"].split()]
    (_, low), (ridge, high), (_, flat) = corners
    assert low > high == flat
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in svg.iter(f"{SVG}circle")]
    assert dots[1][1] == pytest.approx(high, abs=0.2) and dots[1][0] > ridge
    x, y = dots[0]
    (left, bottom), slope = corners[0], (high - low) / (ridge - corners[0][0])
    assert y == pytest.approx(bottom + slope * (x - left), abs=0.5)
    assert "stroke-dasharray" in card.attrib and "stroke-dasharray" not in here.attrib
    assert {"here", "a card (on paper)"} <= set(texts(made))
