"""Measured memory of a classroom's processes; docs/classroom.md says how, and on which machine."""

from __future__ import annotations

from organiser.hub.plan import Figures

HUB_AND_PROXY, SEAT = 89 + 72, 95
"""MiB of PSS, `workshop hub plan --measure` with three seats."""
HUNGRIEST_LESSON = 516
"""MiB of RSS at most, of the lesson on style transfer in full (docs/figures.md: 541 MB)."""

MEASURED = Figures(base=HUB_AND_PROXY, server=SEAT, kernel=HUNGRIEST_LESSON)
