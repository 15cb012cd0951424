"""Measured memory of a classroom's processes; docs/classroom.md says how, and on which machine."""

from __future__ import annotations

from organiser.hub.plan import Figures

MEASURED = Figures(base=700, server=110, kernel=300)
