from contextlib import nullcontext
from pathlib import Path

import pytest

from lessonkit.proof import Verdict, check_catalogue, check_lesson
from lessonkit.runner import RunOptions

from . import building


def check(folder: Path, content: building.Notebook | None = None, **what: bool) -> Verdict:
    lesson = building.put(folder, "1-try/10-it", content)
    return check_lesson(lesson, RunOptions(folder), lambda _title: nullcontext(building.quiet), **what)


def test_a_sound_lesson_passes_all_statements(tmp_path: Path) -> None:
    lesson = building.sound()
    # It takes a few tenths of a second: to two digits, nothing of what a true lesson may take.
    lesson["metadata"]["lessonkit"]["budget"] = {
        profile: {**limits, "work": 6} for profile, limits in building.SETTINGS["budget"].items()
    }
    building.put(tmp_path, "1-try/10-it", lesson, building.SOLUTIONS)
    verdict = check(tmp_path, lesson)
    assert verdict.faults == []
    assert (verdict.passed, verdict.clean, verdict.solved, verdict.stubs, verdict.wrong) == (True,) * 5
    assert (verdict.mutants, verdict.rejected) == (7, 7)
    assert 0 < verdict.limits["work"] < 1
    assert check_catalogue(tmp_path) == []


def test_a_check_that_does_not_tell_answers_apart_is_found(tmp_path: Path) -> None:
    """One run, with a fault of each kind, and a real kernel that is forked for each answer."""
    lesson = building.sound()
    cells = {cell["id"]: cell for cell in lesson["cells"]}
    cells["do-double"]["source"] = "# ◆\ndef double(x):\n    return x"  # a stub that looks like an answer
    cells["check-double"]["source"] = (
        '# ◆\nwith check("double"):\n    assert double(2) == 4, "make 2 * x of it"'
    )
    cells["check-halve"]["source"] = 'with check("halve"):\n    print(1 / (halve(2) == 1))'
    cells["check-square"]["source"] = 'with check("square"):\n    assert square(1) == 1, "of 1 it makes 1"'
    building.put(tmp_path, "1-try/10-it", lesson, building.SOLUTIONS)
    answers = tmp_path / "solutions/answers/square.py"
    answers.write_text(answers.read_text() + "\n\n# %% also right\n# 9: a → b: no such thing\n")
    verdict = check(tmp_path, lesson)
    assert (verdict.passed, verdict.clean, verdict.stubs, verdict.wrong) == (False, True, False, False)
    assert verdict.survivors == {"double": {"2: 2 → 3": ""}} or "double" not in verdict.survivors
    told = "\n".join(verdict.faults)
    assert "check:double finds the bare stub wrong (make 2 * x of it); it is not done" in told
    assert "check:double, wrong: always the same: it is wrong, and the check says: right" in told
    assert "check:halve, wrong: the sign: the check has to say what is wrong, not: it stops" in told
    assert "check:square rejects '9: a → b', said to be right" in told
    assert "of the mutants, at least 90%" in told


def test_a_message_may_not_give_the_solution_away(tmp_path: Path) -> None:
    lesson = building.sound()
    cells = {cell["id"]: cell for cell in lesson["cells"]}
    cells["check-double"]["source"] = (
        'with check("double"):\n    assert double(5) == 10, "try sum([x, x, 0]) instead"'
    )
    solutions = building.SOLUTIONS | {"double": "def double(x):\n    return sum([x, x, 0])\n"}
    building.put(tmp_path, "1-try/10-it", lesson, solutions)
    verdict = check(tmp_path, lesson)
    assert any("the message gives the solution away" in fault for fault in verdict.faults)


def test_a_wrong_solution_and_a_check_that_leaves_nothing_are_found(tmp_path: Path) -> None:
    lesson = building.sound()
    solutions = building.SOLUTIONS | {"square": "def square(x):\n    return 5\n"}
    building.put(tmp_path, "1-try/10-it", lesson, solutions)
    verdict = check(tmp_path, lesson)
    assert (verdict.clean, verdict.solved) == (True, False)
    assert (
        "with solutions: check:square finds the solution wrong: of 2 it makes something else"
        in verdict.faults
    )


def test_a_solution_that_is_missing_is_found_without_a_run(tmp_path: Path) -> None:
    building.put(tmp_path, "1-try/10-it", building.sound(), {"double": "x = 1", "halve": "x = 1"})
    verdict = check(tmp_path, building.sound(), static=True)
    assert (verdict.passed, verdict.solved, verdict.stubs) == (False, None, None)
    assert verdict.faults == ["the exercise square has no solution; write solutions/square.py"]


def test_a_file_that_is_no_notebook_is_a_fault_of_its_lesson_alone(tmp_path: Path) -> None:
    broken = building.put(tmp_path, "1-try/20-broken", building.sound())
    broken.path.write_text("{")
    verdict = check_lesson(broken, RunOptions(tmp_path), lambda _title: nullcontext(building.quiet))
    assert not verdict.passed and len(verdict.faults) == 1
    building.put(tmp_path, "1-try/10-it", building.sound(), building.SOLUTIONS)
    assert check_catalogue(tmp_path) == []


@pytest.mark.parametrize(
    "loop",
    ["while True:\n        pass", pytest.param("import os\n    os._exit(3)", marks=pytest.mark.slow)],
)
def test_an_answer_that_never_comes_back_takes_nothing_along(
    tmp_path: Path, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel goes on; the answer is no right one."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "from lessonkit import tried_answers\ntried_answers.CPU_SECONDS = 1\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    building.put(tmp_path / "n", "1-try/10-it", building.sound(), building.SOLUTIONS)
    answers = tmp_path / "n/solutions/answers/halve.py"
    answers.write_text(answers.read_text().replace("    return 4\n", f"    {loop}\n", 1), encoding="utf-8")
    verdict = check(tmp_path / "n", building.sound())
    assert verdict.solved
    (fault,) = verdict.faults
    assert fault.startswith("check:halve, wrong: always the same: it is wrong, and the check says: stops (")
