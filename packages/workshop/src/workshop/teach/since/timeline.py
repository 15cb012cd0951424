"""The interactive timeline: choose a topic, step through its works, and read what became of each."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from workshop.teach.since import chart
from workshop.teach.since.works import TOPICS, Work, about

ALL = "all"


def card(work: Work, folder: str = "..") -> str:
    """Return what is known of a work as HTML; ``folder`` leads from the notebook to the lessons."""
    rows = {
        "claim": html.escape(work.claim),
        "number": html.escape(work.number or "none"),
        "source": html.escape(work.source),
        "what remains": html.escape(work.survived),
        "tried here?": _tried(work, folder),
    }
    cells = "".join(
        f'<tr><th style="text-align: left; vertical-align: top">{name}</th>'
        f'<td style="text-align: left">{text}</td></tr>'
        for name, text in rows.items()
    )
    head = f"<b>{work.year} · {html.escape(work.name)}</b> ({html.escape(work.who)})"
    return f'<div role="status">{head}<table>{cells}</table></div>'


def _tried(work: Work, folder: str) -> str:
    if not work.tried:
        return "no"
    return f'{html.escape(work.tried)}: <a href="{folder}/{work.lesson}.ipynb">{work.lesson}</a>'


def page(works: Sequence[Work], topic: str = ALL, place: int = -1) -> str:
    """Return the timeline of a topic and the card of its work number ``place``, as HTML."""
    shown = about(works, "" if topic == ALL else topic)
    chosen = shown[place]
    return chart.timeline(shown, chosen) + card(chosen)


def widget(works: Sequence[Work]) -> Any:
    """Return the timeline with a choice of topics and a slider through its works, for a browser."""
    import ipywidgets as w

    topic = w.ToggleButtons(options=[ALL, *TOPICS], description="topic")
    place = w.SelectionSlider(options=[("", 0)], description="work", continuous_update=True)
    output = w.HTML()

    def shown() -> list[Work]:
        return about(works, "" if topic.value == ALL else topic.value)

    def moved(_: object = None) -> None:
        output.value = page(works, topic.value, place.value)

    def turned(_: object = None) -> None:
        place.options = [(f"{work.year} {work.name}", number) for number, work in enumerate(shown())]
        place.value = 0
        moved()

    topic.observe(turned, names="value")
    place.observe(moved, names="value")
    turned()
    return w.VBox([topic, place, output])
