from __future__ import annotations

from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.teach import plays

MARKDOWN = """# Macbeth

## ACT I

### SCENE I. A desert place.

_Thunder and lightning. Enter three Witches,
one after the other_

**First Witch**
When shall we three meet again
In thunder, lightning, or in rain?

**ALL**
_[Aside]_
Fair is foul--and foul is \\--fair:
__\\[Awaking]_
  Hover   through "the fog".
[Reads the letter]_

_Exeunt_

*Drums. Enter King John and
his army.*

**LADY MACBETH**
_Exit_

**PAGE & SHALLOW**
Heigh-ho! sing, & c.

**Scene III**
Another room.

**MACBETH**
It is a tale — told.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, name in [("tragedies", "macbeth"), ("comedies", "twelfth-night"), ("comedies", "all")]:
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / f"{name}.md").write_text(f"**{name.upper()}**  \nI am {name}.\n", encoding="utf-8")
    return tmp_path


def test_a_play_becomes_names_and_lines() -> None:
    assert plays.plain(MARKDOWN) == (
        "First Witch:\nWhen shall we three meet again\nIn thunder, lightning, or in rain?\n\n"
        "ALL:\nFair is foul--and foul is --fair:\nHover through 'the fog'.\n\n"
        "PAGE & SHALLOW:\nHeigh-ho! sing, &c.\n\n"
        "MACBETH:\nIt is a tale -- told.\n\n"
    )


def test_a_numbered_procession_is_no_speech() -> None:
    text = "**Gentleman**  \nStand close.\n\n1\\. Trumpets.  \n2\\. Judges.\n\nA royal train."
    assert plays.plain(text) == "Gentleman:\nStand close.\nA royal train.\n\n"


def test_plays_are_read_in_order(folder: Path) -> None:
    read = plays.load(folder)
    assert [(play.kind, play.name) for play in read] == [
        ("comedies", "all"), ("comedies", "twelfth-night"), ("tragedies", "macbeth"),
    ]  # fmt: skip
    assert read[0].text == "ALL:\nI am all.\n\n"


def test_what_is_held_out_is_not_learnt(folder: Path) -> None:
    corpus = plays.corpus(plays.load(folder), held_out=("macbeth",))
    assert "MACBETH" in corpus.validation and "MACBETH" not in corpus.train
    assert "ALL" in corpus.train and "ALL" not in corpus.validation


def test_a_play_that_is_not_there_cannot_be_held_out(folder: Path) -> None:
    with pytest.raises(WorkshopError, match="no play 'hamlet'"):
        plays.corpus(plays.load(folder), held_out=("hamlet",))


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="workshop data fetch shakespeare"):
        plays.load(tmp_path)
