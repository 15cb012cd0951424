from workshop.site.figures.games import group_at


def test_a_group_hangs_together_by_sides_not_corners() -> None:
    assert group_at(("12", "21"), (0, 0)) == {(0, 0)}
    assert group_at(("112", "121"), (0, 0)) == {(0, 0), (0, 1), (1, 0)}
