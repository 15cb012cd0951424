"""Which plan of the schedule is held on this machine: the one rule, for set-up, doctor, lessons and slides.

``workshop.site.presentation`` reads the whole schedule; this module only says which plan counts.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from workshop.core.settings import Settings

SCHEDULE = "presentation/schedule.toml"
SITE = "web/config.js"
"""Below the prefix: what the start page knows (site/build.py)."""
BEFORE, AFTER = "window.workshopConfig = ", ";\n"
Plan = TypeVar("Plan")


def todays_plan(plans: Mapping[str, Plan], name: str) -> Plan | None:
    """Return the plan of this name; the first where none is named, or the schedule has none of that name."""
    return plans.get(name) or next(iter(plans.values()), None)


def read_plans(source: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the items of each plan of a checkout, by the plan's name.

    Raises OSError or ValueError where the schedule cannot be read, LookupError or TypeError for another form.
    """
    schedule = tomllib.loads((source / SCHEDULE).read_text(encoding="utf-8"))
    return {str(each["name"]): list(each["item"]) for each in schedule["workshop"]}


@dataclass(frozen=True)
class Shown:
    """The plan that a machine's start page shows."""

    title: str = ""
    minutes: int = 0
    lessons: tuple[dict[str, Any], ...] = ()
    """As the start page has them, in the order of the plan; all lessons where there is no plan."""


def shown_plan(page: Path) -> Shown:
    """Return today's plan from the file ``SITE``; nothing where that is not there or cannot be read."""
    try:
        document = json.loads(page.read_text(encoding="utf-8").partition(BEFORE)[2].removesuffix(AFTER))
        known = {lesson["path"].removesuffix(".ipynb"): lesson for lesson in document["lessons"]}
        plans = {plan["name"]: plan for plan in document["workshops"]}
        plan = todays_plan(plans, (document["today"] or {}).get("workshop", ""))
        if plan is None:
            return Shown(lessons=tuple(known.values()))
        names = dict.fromkeys(name for item in plan["items"] for name in item["lessons"])
        lessons = tuple(known[name] for name in names if name in known)
        return Shown(plan["title"], plan.get("minutes", 0), lessons)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Shown()


def chosen_plan(settings: Settings) -> Shown | None:
    """Return the plan that ``workshop_plan`` names on this machine; None where it names none."""
    if not (settings.plan and settings.lessons and settings.prefix):
        return None
    shown = shown_plan(settings.prefix / SITE)
    return shown if shown.title else None


def length(minutes: int) -> str:
    """Return a length in words: 7 h 40 min."""
    hours, rest = divmod(minutes, 60)
    return " ".join(([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest else []))
