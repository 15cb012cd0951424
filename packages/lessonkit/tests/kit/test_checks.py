"""The three answers of a check, and whose function later cells run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from lessonkit import checks
from lessonkit.checks import Answer

SOLUTION = "def double(x):\n    return 2 * x\n"
CHECK = """
with check("double") as right:
    assert double(2) != 3, "one more is not twice as much"
    assert double(3) == 6, "of 3 it makes something else"
    right("twice 3 is", double(3))
"""


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the names of a notebook in a chapter beside which the solutions lie."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/double.py").write_text(SOLUTION)
    (tmp_path / "1-chapter").mkdir()
    monkeypatch.chdir(tmp_path / "1-chapter")
    monkeypatch.setattr(checks, "_insisted", set())
    checks.forget("double")
    return {"check": checks.check, "In": []}


def run(cells: dict[str, Any], *texts: str) -> checks.Record:
    """Run cells; return what the check recorded."""
    for text in texts:
        cells["In"].append(text)
        exec(text, cells)
    return checks.records["double"]


def test_a_stub_is_not_done_and_later_cells_run_the_solution(
    cells: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record = run(cells, "def double(x):\n    return ...", CHECK)
    assert (record.answer, cells["double"](4)) == (Answer.NOT_DONE, 8)
    (line,) = capsys.readouterr().out.splitlines()
    assert line == "○ Not done yet: fill in the dots of double. Until then later cells use our solution."


def test_a_wrong_answer_is_one_line_and_later_cells_run_the_solution(
    cells: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record = run(cells, "def double(x):\n    return x + 1", CHECK)
    assert (record.answer, record.error, cells["double"](4)) == (Answer.WRONG, "AssertionError", 8)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("✗ Not right yet: one more is not twice as much. Later cells use our solution")


def test_a_right_answer_is_what_later_cells_run(
    cells: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record = run(cells, "def double(x):\n    return x + x  # mine", CHECK)
    assert (record.answer, record.message) == (Answer.RIGHT, "twice 3 is 6")
    assert cells["double"].__code__.co_filename == "<string>", "the learner's own"
    assert capsys.readouterr().out == "✓ Right: twice 3 is 6. Later cells use yours.\n"


def test_an_answer_that_stops_is_wrong_and_the_line_says_where(
    cells: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record = run(cells, "def double(x):\n\n    return x / 0", CHECK)
    assert (record.answer, record.error) == (Answer.WRONG, "ZeroDivisionError")
    assert "it stops in line 3 of its cell with ZeroDivisionError: division by zero" in record.message
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_the_check_run_again_looks_at_the_learners_answer(cells: dict[str, Any]) -> None:
    assert run(cells, "def double(x):\n    return x + 1", CHECK).answer is Answer.WRONG
    assert run(cells, CHECK).answer is Answer.WRONG, "and not at the solution that stands in for it"
    assert run(cells, "def double(x):\n    return x + x", CHECK).answer is Answer.RIGHT


def test_a_learner_can_insist_on_their_own_answer(
    cells: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run(cells, "def double(x):\n    return x + 1", CHECK)
    exec('check.mine("double")', cells)
    assert cells["double"](4) == 5
    assert run(cells, CHECK).answer is Answer.WRONG
    assert cells["double"](4) == 5
    assert capsys.readouterr().out.rstrip().endswith("Later cells use yours all the same, as you wished.")
    # What is not done has nothing that could be used.
    run(cells, "def double(x):\n    return ...", CHECK)
    assert cells["double"](4) == 8


def test_values_are_checked_like_functions(cells: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "solutions/double.py").write_text("double, other = 2, 3\n")
    plain = 'with check("double"):\n    assert double == 2, "no"'
    assert run(cells, "double = ...\nother = 3", plain).answer is Answer.NOT_DONE
    assert (cells["double"], cells["other"]) == (2, 3)
    assert run(cells, "double, other = 1, 3", plain).answer is Answer.WRONG
    assert run(cells, "double, other = 2, 3", plain).answer is Answer.RIGHT


def test_dots_of_an_index_are_not_to_be_filled_in() -> None:
    assert not checks.has_dots("def f(x):\n    return x[..., 0]")
    assert checks.has_dots("def f(x):\n    ...  # here\n    return x[..., 0]")


def test_interrupting_a_check_interrupts_the_cell(cells: dict[str, Any]) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(cells, "def double(x):\n    raise KeyboardInterrupt", CHECK)


def test_a_broken_solution_is_one_line_and_keeps_the_learners_answer(
    cells: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "solutions/double.py").write_text("factor = np.array(2)\n" + SOLUTION)
    record = run(cells, "factor = 3\ndef double(x):\n    return x + 1", CHECK)
    assert (record.answer, cells["factor"], cells["double"](4)) == (Answer.WRONG, 3, 5)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("cannot stand in (NameError: name 'np' is not defined); run the cells above first.")


@pytest.fixture
def shell(cells: dict[str, Any]) -> Iterator[InteractiveShell]:
    """An IPython that runs cells, as a kernel does, and tells the checks which of them raise."""
    made = InteractiveShell(user_ns={"check": cells["check"]})
    made.events.register("post_run_cell", checks.note_failure)
    checks._failed.clear()
    yield made
    checks._failed.clear()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("def double(x)\n    return x + x", "line 1 of its cell is not Python (expected ':')"),
        ("def double(x):\n    return x + x\n\ndouble('a')\n1 / 0", "stops in line 5 with ZeroDivisionError"),
    ],
)
def test_a_cell_that_raises_is_wrong_even_after_a_right_answer(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], answer: str, said: str
) -> None:
    shell.run_cell("def double(x):\n    return x + x", store_history=True)
    shell.run_cell(CHECK, store_history=True)
    assert checks.records["double"].answer is Answer.RIGHT
    shell.run_cell(answer, store_history=True)
    capsys.readouterr()
    shell.run_cell(CHECK, store_history=True)
    record = checks.records["double"]
    assert (record.answer, said in record.message) == (Answer.WRONG, True), record
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert shell.user_ns["double"].__code__.co_filename == "<the solution of double>", "it stands in"
    # Mended, it counts again.
    shell.run_cell("def double(x):\n    return x + x  # mended", store_history=True)
    shell.run_cell(CHECK, store_history=True)
    assert checks.records["double"].answer is Answer.RIGHT


def test_a_cell_that_raises_at_its_dots_is_not_done(shell: InteractiveShell) -> None:
    shell.run_cell("double = ... + 1", store_history=True)
    shell.run_cell(CHECK, store_history=True)
    assert checks.records["double"].answer is Answer.NOT_DONE


DRAWN = """
with check("double") as right:
    assert double(3) == 6, "of 3 it makes something else"
    right.also_for(lambda random: int(random.integers(-9, 9)))
    right("twice 3 is", double(3))
"""


def test_an_answer_that_is_right_for_the_example_only_is_wrong(cells: dict[str, Any]) -> None:
    record = run(cells, "def double(x):\n    return x + 3", DRAWN)
    assert (record.answer, record.error) == (Answer.WRONG, "AssertionError")
    assert record.message == "for 2 it should be 4, not 5"
    assert run(cells, "def double(x):\n    return [x, x][0] + x", DRAWN).answer is Answer.RIGHT
    assert run(cells, "def double(x):\n    return ...", DRAWN).answer is Answer.NOT_DONE
