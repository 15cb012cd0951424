"""The regions."""

from __future__ import annotations

from workshop.teach.names.regions import NATIONALITIES, REGION_OF, REGIONS


def test_each_nationality_is_of_one_region() -> None:
    assert len(REGIONS) == 7
    assert sum(map(len, NATIONALITIES.values())) == len(REGION_OF)
