"""How many minutes a lesson takes on a machine: people's own, and what its cells run."""

from __future__ import annotations

from dataclasses import dataclass

from lessonkit.catalogue import WORK, About, Profile


@dataclass(frozen=True)
class Minutes:
    """What a lesson takes here."""

    whole: float
    waiting: float
    """How much of it the cells run, at most: it comes from the lesson's budget."""


def minutes_here(told: About, slowness: float) -> Minutes | None:
    """Return what a lesson takes on a machine of this slowness; None where it does not say its minutes."""
    if told.minutes is None:
        return None
    running = min(told.minutes, told.budget.get(Profile.FULL, {}).get(WORK, 0.0) / 60)
    return Minutes(told.minutes + running * (slowness - 1), running * slowness)
