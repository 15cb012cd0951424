"""The families' words."""

from __future__ import annotations

import pytest

from workshop.teach.names.families import Families, families_of

CHINA = [
    "zhang wei", "zhang min", "zhang lihua", "zhang bo", "zhang yong", "zhang hao", "li na", "li ming",
    "li wei", "li xiaoming", "li jun", "wei jing", "wei li", "wei dong", "wei hua", "wei bo", "qian wei",
    "xu wei", "joseph wu", "joseph chen", "joseph gu", "joseph hu", "joseph he",
]  # fmt: skip
MALAYSIA = ["tan kim her", "tan ah kow", "wong mei ling", "wong kah woh", "ahmad ismail", "steven gan"]
JAPAN = [
    "taro ito",
    "jiro ito",
    "ken ito",
    "shiro ito",
    "saburo ito",
    "rei ito",
    "ito ken",
    "goro mori",
    "goro abe",
    "goro sato",
]
EUROPE = [f"joseph {name}" for name in ("bauer", "muller", "vogel", "kraus", "klein", "gross")]


@pytest.fixture(scope="module")
def families() -> Families:
    groups = {"China": CHINA, "Malaysia": MALAYSIA, "Japan": JAPAN, "European": EUROPE}
    return Families({name: region for region, names in groups.items() for name in names})


@pytest.mark.parametrize(
    ("name", "region", "word"),
    [
        ("zhang wei", "China", "zhang"),
        ("ya-qin zhang", "China", "zhang"),
        ("benjamin zhang bin", "China", "zhang"),
        ("tan kim her", "Malaysia", "tan"),
        ("ali bin omar", "Malaysia", "omar"),
        ("naoki sakurada", "Japan", "sakurada"),
        ("ito goro", "Japan", "ito"),
        ("fujiwara no asatada", "Japan", "fujiwara"),
        ("hari kumar k", "India", "kumar"),
        ("charo santos-concio", "Philippines", "concio"),
    ],
)
def test_the_family_name_is_found_in_names_of_each_region(
    families: Families, name: str, region: str, word: str
) -> None:
    # As in the corpus, the name itself is one of those whose words are counted.
    for place in (families.places[region],) if region in families.places else ():
        first, *_, last = name.split()
        place.first[first] += 1
        place.last[last] += 1
    assert families.word(name, region) == word


def test_names_of_regions_that_are_not_there() -> None:
    assert families_of({"karl bauer": "European"}) == {"karl bauer": "bauer"}
