"""What goes on a stick: the parts that ``contents.yml`` lists, and the files that each one brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings

LIST = Path(__file__).with_name("contents.yml")
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
    "courses": {"python"},
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


def load_contents(file: Path = LIST) -> list[Part]:
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
            raise WorkshopError(f"no part '{name}'; available: {', '.join(known)}")
    return [part for part in parts if (not only or part.name in only) and part.name not in without]


@dataclass(frozen=True)
class StickFile:
    """One file of a stick: where it is taken from, or its text."""

    name: str
    """Its path on the stick, with slashes."""
    source: Path | bytes

    @property
    def bytes(self) -> int:
        """Its size."""
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size


@dataclass(frozen=True)
class Context:
    """What holds for every part."""

    checkout: Path
    work: Path
    """Folder for downloads and what is made on the way; kept for the next time."""
    settings: Settings
    appliances: tuple[Path, ...] = ()
    """The virtual machines that were named, in place of the newest built."""
    computers: tuple[str, ...] = ()
    """The kinds of computers that the stick is for; none: x86."""
    folders: tuple[Path, ...] = ()
    """Where files may lie that cannot be downloaded here."""
    offline: bool = False
    courses: tuple[Path, ...] = ()
    """The folders of courses of others that come along."""
    classroom: str = ""
    """The address that the page names to tablets and Chromebooks, if there is a classroom."""
    say: Callable[[str], None] = lambda text: None


@dataclass
class Found:
    """What became of one part."""

    files: list[StickFile] = field(default_factory=list)
    expected: list[tuple[str, int]] = field(default_factory=list)
    """Name and size (perhaps a guess) of files that can be had but are not here yet."""
    missing: list[str] = field(default_factory=list)
    """What cannot be had, a sentence each, with what to do."""

    @property
    def bytes(self) -> int:
        """Size of what is here and what is expected."""
        return sum(file.bytes for file in self.files) + sum(size for _, size in self.expected)


def files_below(folder: Path, into: str) -> list[StickFile]:
    """Return every file below a folder, hidden ones left out, as files in the folder ``into``."""
    files = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            files.append(StickFile(f"{into}/{name.as_posix()}", path))
    return files
