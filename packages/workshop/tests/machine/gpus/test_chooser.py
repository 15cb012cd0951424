"""The chooser answers with the cards that fit, with and without sliders."""

from __future__ import annotations

import dataclasses
import re

import pytest

from workshop.machine.gpus import chooser
from workshop.machine.gpus.need import NETWORKS
from workshop.machine.gpus.table import load_cards, within

CARDS = load_cards()
RESNET = NETWORKS[1]


def test_what_is_named_is_escaped() -> None:
    odd = dataclasses.replace(CARDS[0], name="<i>")
    assert "&lt;i&gt;" in chooser.rows([odd], [])


def test_only_what_fits_is_shown() -> None:
    html = chooser.answer(CARDS, RESNET, batch=64, budget=1000, power=450)
    needed = float(re.search(r"about <b>([\d.]+) GB", html).group(1))  # type: ignore[union-attr]
    fitting = within(CARDS, budget=1000, memory=needed, power=450)
    assert f"{len(fitting)} of {len(CARDS)} cards fit" in html
    assert "GeForce RTX 5090" not in html and "Radeon RX 9070 XT" in html


def test_the_sliders_change_the_answer() -> None:
    pytest.importorskip("ipywidgets", reason="needs the jupyter environment's packages")
    box = chooser.widget(CARDS)
    controls = {c.description: c for row in box.children[:2] for c in row.children}
    output = box.children[-1]
    assert NETWORKS[0].name in output.value
    controls["network"].value = RESNET.name
    controls["dollars"].value = 250
    assert RESNET.name in output.value
    assert "Arc B580" in output.value and "GeForce RTX 3060" not in output.value
    box.children[2].value = "memory_gb"
    assert "GB of memory" in output.value
