"""Words that other packages add to the command, by entry points of the group ``workshop.commands``."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points
from typing import Any

from workshop.errors import WorkshopError
from workshop.lazy import as_command
from workshop.settings import CHECKOUT

GROUP = "workshop.commands"

ORGANISERS = {
    "image": "Build and start the workshop's container image.",
    "thumbdrive": "Fill thumb drives: plan, stage, write many, verify.",
    "hub": "The classroom: seats and their cards, and whether the doors can open.",
    "appliance": "Build, export and verify the virtual machine.",
}
"""The words of the package ``organiser``, which the help names also where it is missing."""


def find_words() -> dict[str, str]:
    """Return the words that installed packages add, or those of this checkout; each with its module."""
    found = {each.name: each.module for each in entry_points(group=GROUP)}
    # tools/workshop runs a checkout's packages from their sources, which nobody has installed.
    for project in sorted(CHECKOUT.glob("packages/*/pyproject.toml")):
        added = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("entry-points", {})
        for word, reference in added.get(GROUP, {}).items():
            found.setdefault(word, reference.partition(":")[0])
    return found


def command(word: str) -> Any:
    """Return the command of a word that another package adds; None when no package is known to have it.

    Raises WorkshopError that says how to get the package when it is missing.
    """
    module = find_words().get(word)
    if module is not None:
        return as_command(module, word)
    if word in ORGANISERS:
        raise WorkshopError(
            f"'workshop {word}' is in the package organiser, which this environment lacks; run "
            f"'tools/workshop {word}' in a checkout, or './local/setup.bash -e python_venv_organiser=true'"
        )
    return None
