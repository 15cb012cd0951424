"""A small table in the data set's own form."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

SOUNDS = {
    "Chinese": ("zhang li wang chen xu", "wei ming xiao hua jun"),
    "Indian": ("ravi anil sunita arjun priya", "sharma patel rao singh gupta"),
    "Thai": ("somchai anucha kanya prasit nok", "wong chai pong rat sak"),
    "Malaysian": ("ahmad ismail siti hassan farid", "osman yusof zain omar rahim"),
    "Japanese": ("hiroshi yuki kenta naoko akira", "tanaka mori suzuki ogawa ito"),
    "Filipino": ("jose maria rico bea paolo", "santos reyes cruz luna ramos"),
    "German": ("karl anna ulrich heinz greta", "muller bauer schmidt vogel kraus"),
    "Korean": ("park kim choi jung han", "min soo hee joon tae"),
}


def families(last: str) -> list[str]:
    """Forty families' names of a kind."""
    return [f"{one}{vowel}{end}" for one in last.split() for vowel in "aeiu" for end in ("k", "ns")]


def made_up(first: str, last: str, dice: random.Random) -> str:
    """A given name of two sounds and a family's name."""
    given = "".join(dice.choice(first.split()) for _ in range(2))
    return f"{given} {dice.choice(families(last))}".title()


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred made-up people a nationality, and many more German ones, of whom a share is taken."""
    dice = random.Random(1)
    path = tmp_path_factory.mktemp("names") / "names-by-country.tsv"
    lines = []
    for nationality, (first, last) in SOUNDS.items():
        people = [made_up(first, last, dice) for _ in range(300)]
        if nationality == "German":
            people = [f"{sound} {one}" for one in people for sound in first.title().split()]
        lines.append("\t".join([nationality, *sorted(set(people))]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
