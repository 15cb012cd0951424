from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.presentation import Item, read_schedule

GOOD = """
[[workshop]]
name = "short"
title = "A short one"
minutes = 20
item = [
  {section = "welcome", minutes = 5, demos = ["painting"]},
  {title = "Coffee", minutes = 10},
  {section = "close", minutes = 5, lessons = ["1-mnist/10-mlp"]},
]
"""


def read(folder: Path, text: str) -> dict[str, object]:
    path = folder / "schedule.toml"
    path.write_text(text, encoding="utf-8")
    return dict(read_schedule(path))


def test_items_begin_where_the_one_before_ends(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text(GOOD, encoding="utf-8")
    workshop = read_schedule(tmp_path / "schedule.toml")["short"]
    assert workshop.starts() == [0, 5, 15]
    assert workshop.items[0] == Item(5, "welcome", None, ("painting",))
    assert workshop.items[1] == Item(10, None, "Coffee")
    assert workshop.items[2].lessons == ("1-mnist/10-mlp",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("minutes = 20", "minutes = 21", "has 21 minutes, its items 20"),
        ('{title = "Coffee", minutes = 10}', "{minutes = 10}", "a section or, for a break, a title"),
        ('title = "Coffee"', 'title = "Coffee", section = "close"', "a section or, for a break, a title"),
        ("minutes = 10", "minutes = 0", "minutes above 0"),
        ("minutes = 10", 'minutes = "ten"', "no use for minutes"),
        ("demos", "demo", "no use for demo"),
        ('name = "short"', "", "a workshop lacks name"),
        (GOOD, "", "names no workshop"),
        ("[[workshop]]", "[[workshop]", "schedule.toml"),
    ],
)
def test_a_faulty_schedule_is_refused_with_its_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    with pytest.raises(WorkshopError, match=reason):
        read(tmp_path, GOOD.replace(old, new))
