from __future__ import annotations

from pathlib import Path

import pytest

from workshop import datasets
from workshop.core.errors import WorkshopError
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


def test_plays_are_read_in_order(folder: Path) -> None:
    read = plays.load(folder)
    assert [(play.kind, play.name) for play in read] == [
        ("comedies", "all"), ("comedies", "twelfth-night"), ("tragedies", "macbeth"),
    ]  # fmt: skip
    assert read[0].text == "ALL:\nI am all.\n\n"


def play(name: str, speeches: int = 20) -> plays.Play:
    text = "".join(f"{name.upper()}:\nLine {number}.\n\n" for number in range(speeches))
    return plays.Play(name, "tragedies", text)


def test_whole_plays_and_the_ends_of_the_others_are_held_out() -> None:
    made = [play("to"), play("away"), play("fro")]
    corpus = plays.corpus(made, held_out=0.2, unseen=("away",))
    speeches = [text.count("\n\n") for text in (corpus.train, corpus.ends, corpus.unseen)]
    assert sum(speeches) == 60
    assert corpus.ends.startswith("TO:\nLine 17.") and corpus.ends.endswith("FRO:\nLine 19.\n\n")
    assert corpus.train.startswith("TO:\nLine 0.") and corpus.train.endswith("FRO:\nLine 16.\n\n")
    assert corpus.unseen == made[1].text


def test_an_unseen_play_has_to_be_there(folder: Path) -> None:
    with pytest.raises(WorkshopError, match=r"no play 'henry-v'; run 'workshop data fetch shakespeare'"):
        plays.corpus(plays.load(folder))


def data_set(name: str) -> Path:
    """Return the folder of a data set; skip where it is not."""
    try:
        return datasets.path(name)
    except WorkshopError as error:
        pytest.skip(str(error))


def test_the_corpus_has_all_plays_and_shares_no_speech() -> None:
    read = plays.load(data_set("shakespeare"))
    corpus = plays.corpus(read)
    assert sum(map(len, vars(corpus).values())) == sum(len(each.text) for each in read)
    assert len(corpus.unseen) == pytest.approx(0.1 * len(corpus.train), rel=0.2)
    assert "\n\nMACBETH:\n" not in corpus.train + corpus.ends
    lines = set(_long_lines(corpus.train))
    for held_out in (corpus.ends, corpus.unseen):
        again = [line in lines for line in _long_lines(held_out)]
        assert sum(again) / len(again) < 0.001


def _long_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if len(line) > 25]
