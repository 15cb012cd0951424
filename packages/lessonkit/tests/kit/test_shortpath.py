"""The ten-minute path of a lesson: its faults, what is run of it, and the minutes that it is said to take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessonkit import shortpath
from lessonkit.catalogue import Profile, about
from lessonkit.judging import run_lesson
from lessonkit.runner import RunOptions, prepare

from . import building

PATH = shortpath.SHORT_PATH


def faults(*cells: building.Cell, **settings: Any) -> list[str]:
    """Return the faults of a sound lesson's path with further cells on it, before its last one."""
    lesson = building.sound()
    lesson["cells"][-1:-1] = cells
    lesson["metadata"]["lessonkit"].update(settings)
    return list(shortpath.faults_of_path(lesson, about("it", lesson), building.House()))


def on(source: str, *tags: str, name: str = "more") -> building.Cell:
    return building.code(f"# ◆\n{source}", PATH, *tags, name=name)


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("print(halve(2))", "halve"),
        ("def twice(x):\n    return halve(x)", ""),  # nobody calls it
        ("def twice(x):\n    return halve(x)\n\nprint(twice(2))", "halve"),
        ("class Twice:\n    def of(self, x):\n        return halve(x)\n\nTwice().of(2)", "halve"),
        ("sums = [x + y for x in range(3) for y in range(x)]\nprint(sums)", ""),
        ("sums = [halve(x) for x in range(3)]", "halve"),
        ("print((lambda x: halve(x))(2))", "halve"),
        ("if (found := double(2)):\n    print(found)", ""),
        ("import numpy as np\nfrom os import path\nprint(np, path, len, display)", ""),
        ("import numpy as np\nprint(numpy)", "numpy"),
        ("for each in range(2):\n    print(each)\nprint(each)", ""),
        ("total += 1", "total"),
        ("with open(SOLVED) as right:\n    print(right)", ""),
        ("print(f'{halve(2)}')", "halve"),
        ("def late():\n    return later\n\nlater = 1\nlate()", ""),
    ],
)
def test_names_come_from_the_path(source: str, lost: str) -> None:
    found = faults(on(source))
    assert [fault.partition(" uses ")[2].partition(",")[0] for fault in found] == ([lost] if lost else [])


def test_a_function_may_use_what_a_later_cell_binds_before_it_is_called() -> None:
    function = on("def all_of_it():\n    return rest", name="one")
    assert faults(function, on("rest = 2", name="two"), on("all_of_it()", name="three")) == []
    (fault,) = faults(function, on("all_of_it()", name="two"), on("rest = 2", name="three"))
    assert "uses rest" in fault


def test_what_a_check_binds_is_there_only_when_the_answer_is_right() -> None:
    check = on('with check("double") as right:\n    kept = 1', "check:double", name="again")
    (fault,) = faults(check, on("print(kept)"))
    assert "uses kept" in fault


def test_what_is_off_the_path_does_not_count() -> None:
    off = building.code("found = 1", name="off")
    (fault,) = faults(off, on("print(found)"))
    assert "cell 12 of the ten-minute path uses found" in fault


Change = Callable[[building.Notebook], None]


def retag(identity: str, *tags: str) -> Change:
    def change(lesson: building.Notebook) -> None:
        cell = next(cell for cell in lesson["cells"] if cell["id"] == identity)
        cell["metadata"]["tags"] = list(tags)

    return change


def rewrite(identity: str, old: str, new: str) -> Change:
    def change(lesson: building.Notebook) -> None:
        cell = next(cell for cell in lesson["cells"] if cell["id"] == identity)
        assert old in cell["source"]
        cell["source"] = cell["source"].replace(old, new)

    return change


def unmark(lesson: building.Notebook) -> None:
    for cell in lesson["cells"]:
        tags = cell["metadata"].get("tags", [])
        if PATH in tags:
            tags.remove(PATH)
            cell["source"] = cell["source"].replace("# ◆\n", "").replace("◆\n\n", "")


BREAKING: dict[str, tuple[Change, str]] = {
    "no path": (unmark, "no cell is tagged short-path"),
    "mark without a tag": (retag("solved"), "cell 3 shows ◆ and is not tagged short-path"),
    "tag without a mark": (rewrite("solved", "# ◆\n", ""), "cell 3 is tagged short-path; its first line"),
    "mark in the wrong form": (rewrite("path", "◆\n", "# ◆\n"), "its first line must be the mark"),
    "exercise without its check": (
        lambda lesson: (
            retag("check-double", "check:double")(lesson),
            rewrite("check-double", "# ◆\n", "")(lesson),
        )[-1],
        "has exercise:double and not check:double",
    ),
    "no settings": (retag("settings", "parameters"), "leaves out the settings"),
    "no exercise": (
        lambda lesson: [
            (
                retag(f"{part}-double", f"{tag}:double")(lesson),
                rewrite(f"{part}-double", "# ◆\n", "")(lesson),
            )
            for part, tag in (("do", "exercise"), ("check", "check"))
        ][-1][-1],
        "has no exercise",
    ),
    "no surprise": (rewrite("path", "surprise", "rest"), "has no surprise"),
    "no picture": (rewrite("solved", "show('a picture')", ""), "has no picture"),
    "not said": (rewrite("path", "ten minutes", "a while"), "does not say what it is"),
    "nothing to rejoin": (
        rewrite("path", "Only", "Say REJOIN = True. Only"),
        "and there is no such setting",
    ),
    "rejoining what does not come along": (
        lambda lesson: (
            rewrite("settings", 'PROFILE = "full"', 'PROFILE = "full"\nREJOIN = False')(lesson),
            rewrite("path", "Only", "Say REJOIN = True. Only")(lesson),
            rewrite("solved", "show = print", 'show = print\nrejoin("lost-full")')(lesson),
        )[-1],
        "no checkpoint lost-full comes along",
    ),
    "not measured": (
        lambda lesson: lesson["metadata"]["lessonkit"].pop("short_path"),
        "short_path.work is missing",
    ),
    "too long": (
        lambda lesson: lesson["metadata"]["lessonkit"].update(short_path={"work": 600}),
        "the ten-minute path takes 12",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_each_fault_is_found(name: str) -> None:
    change, told = BREAKING[name]
    lesson = building.sound()
    change(lesson)
    found = list(shortpath.faults_of_path(lesson, about("it", lesson), building.House()))
    assert any(told in fault for fault in found), found


def test_only_the_path_is_run_and_with_what_was_trained_before() -> None:
    lesson = building.sound()
    rewrite("settings", '"full"', '"full"\nREJOIN = False')(lesson)
    rewrite("path", "Only", "Say REJOIN = True. Only")(lesson)
    prepared = prepare(lesson, Profile.FULL, {}, short_path=True)
    assert [cell["id"] for cell in prepared.notebook["cells"]] == [
        "settings",
        "injected-parameters",
        "solved",
        "do-double",
        "check-double",
        "path",
    ]
    assert prepared.notebook["cells"][1]["source"] == 'PROFILE = "full"\nREJOIN = True'
    assert prepared.numbers == [2, 2, 3, 4, 5, 11]
    whole = prepare(lesson, Profile.FULL, {})
    assert "REJOIN = True" not in whole.notebook["cells"][2]["source"]


@pytest.mark.slow
def test_a_path_is_held_against_its_minutes_and_not_against_bars(tmp_path: Path) -> None:
    content = building.sound()
    content["metadata"]["lessonkit"]["bars"] = {"answer": {"min": 43, "profiles": ["fast", "full"]}}
    lesson = building.put(tmp_path, "1-try/10-it", content, building.SOLUTIONS)
    how = RunOptions(tmp_path, short_path=True)
    result = run_lesson(lesson, how, building.quiet, solved=True)
    assert (result.passed, result.why, result.metrics) == (True, "", {})
    assert list(result.answers) == ["double"]
    assert result.budget == pytest.approx(60 * (10 - shortpath.path_minutes(content, 0)), abs=0.1)
    unmark(content)
    bare = building.put(tmp_path, "1-try/10-it", content)
    assert "no cell is tagged short-path" in run_lesson(bare, how, building.quiet).why
