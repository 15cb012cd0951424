"""What a learner reads of an answer that a check cannot use: words of the answer, not of the check."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lessonkit import checks
from lessonkit.checks import Answer

SOLUTION = "def double(x, y=2):\n    return 2 * x\n"


@pytest.fixture
def cells(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the names of a notebook in a chapter beside which the solution lies."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/double.py").write_text(SOLUTION)
    (tmp_path / "1-chapter").mkdir()
    monkeypatch.chdir(tmp_path / "1-chapter")
    checks.forget("double")
    return {"check": checks.check, "In": [], "np": np}


def told(cells: dict[str, Any], answer: str, *look: str) -> checks.Record:
    """Run an answer and a check that asks for ``look``."""
    check = "\n    ".join(['with check("double") as right:', *(look or ['assert double(3) == 6, "not 6"'])])
    for text in (answer, check):
        cells["In"].append(text)
        exec(text, cells)
    return checks.records["double"]


@pytest.mark.parametrize(
    ("result", "look", "message"),
    [
        ("3.0", "len(double(3))", "several things are asked for, and this is one number"),
        ("(x,)", "a, b = double(3)", "2 results are asked for, and there are 1"),
        ("np.zeros(2)", "double(3)[0, 1]", "an array with 2 axes is asked for, and this one has 1"),
        ("[[x]]", "double(3)[0, 0]", "an array is asked for, and this is a list: np.array makes one of it"),
    ],
)
def test_a_result_of_the_wrong_type_or_shape_is_described_to_the_learner(
    cells: dict[str, Any], result: str, look: str, message: str
) -> None:
    record = told(cells, f"def double(x, y=2):\n    return {result}", look)
    assert record.answer is Answer.WRONG
    assert record.message.startswith(message)


@pytest.mark.parametrize(
    "body",
    ["print(2 * x)", "return None", "def inner():\n        return 2 * x"],
)
def test_a_function_without_a_return_is_named_as_the_fault(cells: dict[str, Any], body: str) -> None:
    for look in ('assert double(3) == 6, "your answer is too small"', "double(3).sum()", "a, b = double(3)"):
        record = told(cells, f"def double(x, y=2):\n    {body}", look)
        assert (record.answer, record.error) == (Answer.WRONG, "AssertionError")
        assert record.message.startswith("nothing comes back from double: end it with `return`")


@pytest.mark.parametrize(
    ("body", "look"),
    [
        ("x *= 2\n    return x", "double(np.ones(2))"),
        ("x[0][0] = 5\n    return 2 * x", "double(np.ones((2, 2)))"),
    ],
)
def test_an_answer_that_changes_what_it_was_given_is_wrong(
    cells: dict[str, Any], body: str, look: str
) -> None:
    record = told(cells, f"def double(x, y=2):\n    {body}", look)
    assert (record.answer, record.error) == (Answer.WRONG, "AssertionError")
    assert record.message == "it changes `x`, which it was given: work on a copy"


def test_an_answer_may_change_a_copy_of_its_argument(cells: dict[str, Any]) -> None:
    answer = "def double(x, y=2):\n    x = x.copy()\n    x *= 2\n    return x"
    record = told(cells, answer, "kept = np.ones(2)", 'assert double(kept)[0] == 2, "not 2"', "kept[0] = 5")
    assert record.answer is Answer.RIGHT
    assert cells["double"].__code__.co_filename == "<string>", (
        "the learner's own, not the one that was watched"
    )


def test_an_answer_counts_however_its_name_is_assigned(cells: dict[str, Any]) -> None:
    """The stub was run before; what binds the name since counts."""
    cells["In"].append("def double(x, y=2):\n    return ...")
    for answer in (
        "from operator import add\n\nif True:\n    def double(x, y=2):\n        return add(x, x)",
        "double: object = lambda x, y=2: x + x",
        "try:\n    from nowhere import double\nexcept ImportError:\n    double = (2).__mul__",
        "for double in [(2).__mul__]:\n    pass",
        "import operator as _, functools\ndouble = functools.partial(_.mul, 2)",
    ):
        assert told(cells, answer).answer is Answer.RIGHT, answer
    cells["In"].append("def double(x, y=2):\n    return ...")
    assert told(cells, "from operator import neg as double").message == "not 6"
    assert told(cells, "def other():\n    def double(x, y=2):\n        return 6").answer is Answer.WRONG


def test_an_answer_under_another_name_is_not_done(cells: dict[str, Any]) -> None:
    for answer in (
        "def doubled(x, y=2):\n    return 2 * x",
        "def outer():\n    def double(x, y=2):\n        return 2 * x",
    ):
        record = told(cells, answer)
        assert (record.answer, record.message) == (
            Answer.NOT_DONE,
            "there is no double yet: run the exercise's cell, and leave the name as it was",
        )


@pytest.mark.parametrize("line", ["%%time", "%matplotlib inline", "!ls", "%%capture said"])
def test_a_line_for_ipython_does_not_hide_an_answer(cells: dict[str, Any], line: str) -> None:
    """IPython remembers a cell as it was typed, and runs what it makes of it."""
    cells["In"].append("def double(x, y=2):\n    return ...")
    for body, answer in (("2 * x", Answer.RIGHT), ("x", Answer.WRONG), ("...", Answer.NOT_DONE)):
        text = f"def double(x, y=2):\n    return {body}"
        cells["In"].append(f"{line}\n{text}")
        exec(text, cells)
        check = 'with check("double"):\n    assert double(3) == 6, "not 6"'
        exec(check, cells)
        assert checks.records["double"].answer is answer
    cells["In"].append(f"{line}\ndef double(x, y=2)\n    return x")
    exec(check, cells)
    assert checks.records["double"].message.startswith("line 2 of its cell is not Python")
