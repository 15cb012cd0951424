"""Reads and checks ``contents.yml``, the list of what goes on a stick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workshop.errors import WorkshopError

FILE = Path(__file__).with_name("contents.yml")
_COMMON = {"name", "title", "kind", "into", "optional"}
KINDS = {
    "downloads": {"files"},
    "appliance": set(),
    "given": {"files"},
    "site": set(),
    "folder": {"from"},
    "repository": set(),
    "data": set(),
    "wheels": {"locks"},
    "debs": {"suite", "packages"},
}
"""The kinds of part, each with the keys that it must have besides the common ones."""


@dataclass(frozen=True)
class Part:
    """One entry of the list."""

    name: str
    title: str
    kind: str
    into: str
    optional: bool = False
    """Whether a stick without it is whole all the same."""
    more: dict[str, Any] = field(default_factory=dict)
    """What only its kind has."""


def load_contents(file: Path = FILE) -> list[Part]:
    """Return the parts in their order; WorkshopError names the part that has a fault."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise WorkshopError(f"cannot read {file}: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("parts"), list):
        raise WorkshopError(f"{file} has no list 'parts'")
    parts = [_part(entry) for entry in document["parts"]]
    names = [part.name for part in parts]
    for name in names:
        if names.count(name) > 1:
            raise WorkshopError(f"{file} lists '{name}' twice")
    return parts


def _part(entry: Any) -> Part:
    if not isinstance(entry, dict) or not {"name", "title", "kind", "into"} <= set(entry):
        raise WorkshopError(f"a part lacks name, title, kind or into: {str(entry)[:60]}")
    name, kind = entry["name"], entry["kind"]
    if kind not in KINDS:
        raise WorkshopError(f"part '{name}' has an unknown kind '{kind}'; there are: {', '.join(KINDS)}")
    for key in sorted(set(entry) ^ (KINDS[kind] | (set(entry) & _COMMON))):
        raise WorkshopError(f"part '{name}' {'has an unknown key' if key in entry else 'lacks'} '{key}'")
    more = {key: entry[key] for key in KINDS[kind]}
    return Part(name, entry["title"], kind, entry["into"], bool(entry.get("optional")), more)


def choose(parts: Sequence[Part], only: Sequence[str], without: Sequence[str]) -> list[Part]:
    """Return the parts that are wanted; WorkshopError for a name that is none."""
    known = [part.name for part in parts]
    for name in [*only, *without]:
        if name not in known:
            raise WorkshopError(f"there is no part '{name}'; there are: {', '.join(known)}")
    return [part for part in parts if (not only or part.name in only) and part.name not in without]
