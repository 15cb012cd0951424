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


def test_the_ends_of_plays_are_held_out() -> None:
    texts = ["".join(f"{name}:\nLine {number}.\n\n" for number in range(20)) for name in ("TO", "FRO")]
    corpus = plays.corpus([plays.Play("play", "tragedies", text) for text in texts], held_out=0.2)
    assert corpus.train.count("\n\n") + corpus.validation.count("\n\n") == 40
    assert corpus.validation.startswith("TO:\nLine 17.") and corpus.validation.endswith("FRO:\nLine 19.\n\n")
    assert corpus.train.endswith("FRO:\nLine 16.\n\n")


def test_a_play_of_one_speech_is_learnt(folder: Path) -> None:
    corpus = plays.corpus(plays.load(folder))
    assert corpus.train == "".join(play.text for play in plays.load(folder))
    assert corpus.validation == ""


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="workshop data fetch shakespeare"):
        plays.load(tmp_path)
