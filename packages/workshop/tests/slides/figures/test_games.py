from workshop.slides.figures.games import group_at, points


def test_a_group_hangs_together_by_sides_not_corners() -> None:
    assert group_at(("12", "21"), (0, 0)) == {(0, 0)}
    assert group_at(("112", "121"), (0, 0)) == {(0, 0), (0, 1), (1, 0)}


def test_points_are_those_of_the_game() -> None:
    assert [points(n) for n in (2, 3, 6)] == [4, 6, 30]
