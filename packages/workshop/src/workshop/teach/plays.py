"""Shakespeare's plays as one plain text, in the form that became known as *Tiny Shakespeare*.

A speaker's name and a colon on a line of their own, then what is spoken, then an empty line. Stage
directions, titles, acts and scenes are left out (Karpathy, *The Unreasonable Effectiveness of Recurrent
Neural Networks*, 2015). The data set has one Markdown file a play.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workshop.core.errors import WorkshopError

UNSEEN = ("twelfth-night", "henry-v", "macbeth", "the-tempest")
"""The plays of which no network learns a line: one of each large kind, a tenth of all text."""
HELD_OUT = 0.1
"""The share of each other play, its end, that no network learns from either."""

# In brackets, some with a line lost; between underscores, over several lines; in Edward III between stars.
_DIRECTION = re.compile(r"_*\\?\[[^\]]*\]_*|_[^_]*_|(?<!\*)\*(?!\*)(?:[^*\n]|\n(?!\n))+\*(?!\*)")
# Two plays name scenes as if they spoke; Henry VIII has the order of a coronation, numbered.
_PROCESSION = re.compile(r"^\d+\\\. .*?\n\n", re.DOTALL | re.MULTILINE)
_SPEAKER = re.compile(r"\*\*(.+?)\*\*")
_SCENE = re.compile(r"^\*\*Scene .*?\n\n", re.DOTALL | re.MULTILINE)
_PLAIN = {"—": "--", '"': "'", " & c": " &c", "& & C": "&c", "[": "", "]": "", "\\": ""}


@dataclass(frozen=True)
class Play:
    """One play."""

    name: str
    """As its file is called: ``twelfth-night``."""
    kind: str
    """Its folder: comedies, histories, problems, roman, romances or tragedies."""
    text: str
    """In the form of this module; ends with an empty line."""


@dataclass(frozen=True)
class Corpus:
    """What is learnt from, and what is asked; no speech is in two of them."""

    train: str
    ends: str
    """The ends of the plays that are learnt, from the beginning of a speech on. Who speaks, and how, is
    known from their beginnings: what is chosen is chosen here (validation)."""
    unseen: str
    """Whole plays: nobody in them was ever met. This is asked once, at the end (test)."""


def load(folder: Path | None = None) -> list[Play]:
    """Return all plays in the order of their kinds and names.

    ``folder`` holds the Markdown files in one folder a kind; without it they come from ``workshop data
    fetch shakespeare``. Raises WorkshopError when there is none.
    """
    if folder is None:
        from workshop import datasets

        folder = datasets.path("shakespeare")
    files = sorted(folder.glob("*/*.md"))
    if not files:
        raise WorkshopError(f"there are no plays in {folder}; run 'workshop data fetch shakespeare'")
    return [Play(file.stem, file.parent.name, plain(file.read_text(encoding="utf-8"))) for file in files]


def corpus(
    plays: list[Play] | None = None, held_out: float = HELD_OUT, unseen: tuple[str, ...] = UNSEEN
) -> Corpus:
    """Return all plays as three texts.

    They are the beginnings of most, to learn from; the ends of these, a share of ``held_out``; and those
    that stay unseen. Raises WorkshopError when one of the latter is not there.
    """
    plays = load() if plays is None else plays
    if missing := set(unseen) - {play.name for play in plays}:
        raise WorkshopError(f"there is no play {min(missing)!r}; run 'workshop data fetch shakespeare'")
    learnt = [play.text for play in plays if play.name not in unseen]
    cuts = [_speech_after(text, round(len(text) * (1 - held_out))) for text in learnt]
    return Corpus(
        "".join(text[:cut] for text, cut in zip(learnt, cuts, strict=True)),
        "".join(text[cut:] for text, cut in zip(learnt, cuts, strict=True)),
        "".join(play.text for play in plays if play.name in unseen),
    )


def _speech_after(text: str, place: int) -> int:
    """Return where the first speech begins at or after a place; the text's end when none does."""
    end = text.find("\n\n", max(0, place - 2))
    return len(text) if end < 0 else end + 2


def plain(markdown: str) -> str:
    """Return the plain text of one play's Markdown.

    >>> plain("### SCENE I\\n\\n_Enter two Clowns_\\n\\n**First Clown**  \\nIs she to be buried?  \\n")
    'First Clown:\\nIs she to be buried?\\n\\n'
    """
    speeches: list[tuple[str, list[str]]] = []
    spoken = "\n".join(line for line in markdown.splitlines() if not line.startswith("#"))
    spoken = _DIRECTION.sub("", _SCENE.sub("\n", _PROCESSION.sub("\n", spoken)))
    for line in map(_as_plain, spoken.splitlines()):
        if speaker := _SPEAKER.fullmatch(line):
            speeches.append((speaker[1], []))
        elif line and speeches:
            speeches[-1][1].append(line)
    return "".join("\n".join([f"{name}:", *lines, "", ""]) for name, lines in speeches if lines)


def _as_plain(line: str) -> str:
    """Return a line with typewriter's signs only, and single spaces."""
    for sign, instead in _PLAIN.items():
        line = line.replace(sign, instead)
    return " ".join(line.split())
