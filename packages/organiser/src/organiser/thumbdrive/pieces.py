"""What the parts of a stick are made of, and what every part is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workshop.settings import Settings


@dataclass(frozen=True)
class Piece:
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
    """What every part is told."""

    checkout: Path
    work: Path
    """Folder for downloads and what is made on the way; kept for the next time."""
    settings: Settings
    appliances: tuple[Path, ...] = ()
    """The files with a machine that somebody named, in place of the newest built."""
    kinds: tuple[str, ...] = ()
    """The kinds of computers that the stick is for; none: as it was before there were others than x86."""
    folders: tuple[Path, ...] = ()
    """Where files may lie that cannot be downloaded here."""
    offline: bool = False
    classroom: str = ""
    """The address that the page names to tablets and Chromebooks, if there is a classroom."""
    say: Callable[[str], None] = lambda text: None


@dataclass
class Found:
    """What became of one part."""

    pieces: list[Piece] = field(default_factory=list)
    expected: list[tuple[str, int]] = field(default_factory=list)
    """Name and size (perhaps a guess) of files that can be had but are not here yet."""
    missing: list[str] = field(default_factory=list)
    """What cannot be had, a sentence each, with what to do."""

    @property
    def bytes(self) -> int:
        """Size of what is here and what is expected."""
        return sum(piece.bytes for piece in self.pieces) + sum(size for _, size in self.expected)


def below(folder: Path, into: str) -> list[Piece]:
    """Return every file below a folder, hidden ones left out, as pieces in the folder ``into``."""
    pieces = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            pieces.append(Piece(f"{into}/{name.as_posix()}", path))
    return pieces
