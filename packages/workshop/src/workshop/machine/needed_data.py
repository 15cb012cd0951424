"""What of today's schedule stops without a data set, and how the lack of one is judged."""

from __future__ import annotations

from collections.abc import Collection

from workshop.core.schedule import read_plans, todays_plan
from workshop.core.settings import Settings
from workshop.datasets.catalogue import Dataset

SLIDES = "slides"
ESSENTIAL = "mnist"
"""The data set without which the first lessons do not run: needed where nobody can say what today needs."""


def todays_parts(settings: Settings) -> frozenset[str]:
    """Return the lessons and demos of the workshop that is held today, and ``slides``.

    Nothing where this machine has no schedule that can be read; where the workshop is unknown, those of the
    schedule's first.
    """
    if settings.source is None:
        return frozenset()
    try:
        items = todays_plan(read_plans(settings.source), settings.plan) or []
        return frozenset(
            {SLIDES}.union(*([*item.get("lessons", []), *item.get("demos", [])] for item in items))
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return frozenset()


def stops_without(dataset: Dataset, parts: Collection[str]) -> list[str]:
    """Return which of today's parts stop without a data set."""
    stopped = [
        part
        for part in sorted(parts)
        if any(part == need or part.startswith(f"{need}/") for need in dataset.needed_by)
    ]
    return stopped or (["the first lessons"] if dataset.name == ESSENTIAL and not parts else [])


def goes_on(dataset: Dataset) -> str:
    """Return what goes on without a data set that nothing of today needs."""
    if dataset.without:
        return dataset.without
    needing = ", ".join(dataset.needed_by)
    return f"nothing of today needs it; only {needing} would" if needing else "nothing of today needs it"
