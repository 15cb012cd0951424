import pytest

from workshop.sync.merge import ConflictError, arrange


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "result"),
    [
        ("abc", "abc", "abc", "abc"),
        ("abc", "aMbc", "abOc", "aMbOc"),
        ("ab", "aMNb", "aOPb", "aOPMNb"),
        ("ab", "MaNb", "OabP", "OMaNbP"),
        ("", "MN", "OP", "OPMN"),
        ("abc", "cab", "abOc", "cabO"),
        ("abc", "abMc", "cba", "cbMa"),
        ("abc", "cba", "cba", "cba"),
        ("abXc", "abXMc", "abc", "abXMc"),
        ("ab", "aTb", "aTb", "aTb"),
    ],
)
def test_both_sides_find_their_place(base: str, mine: str, theirs: str, result: str) -> None:
    assert "".join(arrange(base, mine, theirs)) == result


def test_two_new_orders_are_a_conflict() -> None:
    with pytest.raises(ConflictError, match="moved cells"):
        arrange("abc", "bac", "cab")
