"""The chooser: sliders for what one wants to train and to pay, and the cards that remain.

Without a browser the same is a function of numbers: ``answer``.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from workshop.machine.gpus import chart
from workshop.machine.gpus.need import GB, NETWORKS, OPTIMISERS, PRECISIONS, Network, need
from workshop.machine.gpus.table import MEASURES, Card, frontier, within

ROOM = 1.2
"""What training takes besides the estimate: the framework, and the workspace of convolutions."""
HEADS = ("card", "year", "price, $", "GB", "GB/s", "TFLOPS, 32 bits", "TFLOPS, 16 bits", "W")


def rows(cards: Sequence[Card], best: Sequence[Card]) -> str:
    """Return the cards as an HTML table, cheapest first, those on the frontier in bold."""
    lines = []
    for card in sorted(cards, key=lambda each: each.price_usd):
        cells = (
            card.name,
            card.year,
            f"{card.price_usd:,.0f}{'*' if card.price == 'reported' else ''}",
            f"{card.memory_gb:g}",
            f"{card.bandwidth_gbs:,g}",
            f"{card.fp32_tflops:g}",
            f"{card.half_tflops:g}",
            f"{card.power_w:g}",
        )
        weight = "bold" if card in best else "normal"
        inner = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
        lines.append(f'<tr style="font-weight:{weight}">{inner}</tr>')
    head = "".join(f"<th>{name}</th>" for name in HEADS)
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


def answer(
    cards: Sequence[Card],
    network: Network,
    *,
    batch: int = 32,
    optimiser: str = "Adam",
    precision: str = "32 bits",
    budget: float = float("inf"),
    power: float = float("inf"),
    measure: str = "half_tflops",
) -> str:
    """Return as HTML what training takes, and which cards can do it for that money and power."""
    memory = ROOM * need(network, batch, optimiser, precision).total / GB
    fitting = within(cards, budget=budget, memory=memory, power=power)
    best = frontier(fitting, measure)
    told = (
        f"<p>{html.escape(network.name)}, with a batch of {batch}, needs about <b>{memory:,.3g} GB</b>. "
        f"{len(fitting)} of {len(cards)} cards fit; the {len(best)} in bold are on the frontier.</p>"
    )
    table = rows(fitting, best) if fitting else ""
    return told + chart.prices(fitting, best, measure) + table


def widget(cards: Sequence[Card]) -> Any:
    """Return the chooser with its sliders, for a notebook in a browser."""
    import ipywidgets as w

    output = w.HTML()
    networks = {network.name: network for network in NETWORKS}
    asked = {
        "network": w.Dropdown(options=list(networks), description="network"),
        "batch": w.SelectionSlider(options=[1, 2, 4, 8, 16, 32, 64, 128, 256], value=32, description="batch"),
        "optimiser": w.Dropdown(options=list(OPTIMISERS), value="Adam", description="optimiser"),
        "precision": w.Dropdown(options=list(PRECISIONS), description="precision"),
        "budget": w.IntSlider(min=200, max=3000, step=50, value=1000, description="dollars"),
        "power": w.IntSlider(min=100, max=700, step=25, value=450, description="watts"),
        "measure": w.Dropdown(options={unit: name for name, unit in MEASURES.items()}, description="compare"),
    }

    def changed(_: object = None) -> None:
        values = {name: control.value for name, control in asked.items()}
        output.value = answer(cards, networks[values.pop("network")], **values)

    for control in asked.values():
        control.observe(changed, names="value")
    changed()
    controls = list(asked.values())
    return w.VBox([w.HBox(controls[:3]), w.HBox(controls[3:6]), controls[6], output])
