"""The regions and the families' words."""

from __future__ import annotations

import pytest

from workshop.teach.names.regions import NATIONALITIES, REGION_OF, REGIONS, family

FIRSTS = frozenset({"zhang", "li"})


def test_each_nationality_is_of_one_region() -> None:
    assert len(REGIONS) == 7
    assert sum(map(len, NATIONALITIES.values())) == len(REGION_OF)


@pytest.mark.parametrize(
    ("name", "region", "word"),
    [
        ("zhang wei", "China", "zhang"),
        ("ya-qin zhang", "China", "zhang"),
        ("elias wen", "China", "wen"),
        ("tan kim her", "Malaysia", "tan"),
        ("steven gan", "Malaysia", "gan"),
        ("ismail abdul rahman", "Malaysia", "rahman"),
        ("ali bin omar", "Malaysia", "omar"),
        ("naoki sakurada", "Japan", "sakurada"),
        ("hari kumar k", "India", "kumar"),
        ("s k", "India", "k"),
        ("charo santos-concio", "Philippines", "concio"),
    ],
)
def test_the_familys_word(name: str, region: str, word: str) -> None:
    assert family(name, region, FIRSTS) == word
