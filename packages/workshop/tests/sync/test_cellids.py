from workshop.sync.merge import VALID_ID, settle_ids

from .bed import cell


def ids(wishes: list[list[str]], minor: int = 5) -> list[str | None]:
    cells = [cell("text", "old") for _ in wishes]
    settle_ids(cells, wishes, minor)
    return [each.get("id") for each in cells]


def test_first_wishes_go_before_second_ones() -> None:
    assert ids([["a", "b"], ["a", "b"], ["b"]])[::2] == ["a", "b"]


def test_what_is_taken_or_invalid_is_derived_and_always_the_same() -> None:
    wishes = [["a"], ["a"], ["no spaces"], ["x" * 65], []]
    found = ids(wishes)
    assert found == ids(wishes)
    assert len(set(found)) == 5
    assert all(each is not None and VALID_ID.fullmatch(each) for each in found)


def test_formats_before_4_5_have_none() -> None:
    assert ids([["a"], []], minor=4) == [None, None]
