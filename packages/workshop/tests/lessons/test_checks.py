from contextlib import nullcontext
from pathlib import Path

import pytest

from workshop.lessons import checks
from workshop.lessons.checks import (
    Verdict,
    check_catalogue,
    check_lesson,
    faults_of_stubs,
)
from workshop.lessons.judging import read_metrics
from workshop.lessons.model import about
from workshop.lessons.runner import How

from . import building

code = building.code


def check(folder: Path, content: building.Notebook, **what: bool) -> Verdict:
    lesson = building.put(folder, "1-try/10-it", content)
    return check_lesson(lesson, How(folder), lambda _title: nullcontext(building.quiet), **what)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run lessons in this process: what is made of their runs is tested, not how they are run."""
    monkeypatch.setattr(checks, "run_notebook", building.run_here)


def test_a_sound_lesson_passes_all_statements(tmp_path: Path) -> None:
    building.put(tmp_path, "1-try/10-it", building.sound(), building.SOLUTIONS)
    verdict = check(tmp_path, building.sound())
    assert verdict == Verdict(
        "1-try/10-it", passed=True, clean=True, solved=True, stubs=True, exercises=list(building.EXERCISES)
    )
    assert check_catalogue(tmp_path) == []


def test_a_solution_that_is_missing_is_found_without_a_run(tmp_path: Path) -> None:
    building.put(tmp_path, "1-try/10-it", building.sound(), {"double": "x = 1", "halve": "x = 1"})
    verdict = check(tmp_path, building.sound(), static=True)
    assert (verdict.passed, verdict.solved, verdict.stubs) == (False, None, None)
    assert verdict.faults == ["the exercise square has no solution; write solutions/square.py"]


def test_checks_that_stubs_pass_or_fail_in_the_wrong_way_are_found(tmp_path: Path) -> None:
    """One run of four stubs: a sound one, one that passes, one without a message, one by accident.

    A real kernel makes of them what its stand-in makes, with which the tests below do.
    """
    cells = []
    for name, assertion in {
        "sound": "assert sound, 'make it true'",
        "passes": "assert not passes",
        "mute": "assert mute",
        "accident": "accident.shape",
    }.items():
        cells.append(code(f"{name} = None", f"exercise:{name}", name=name))
        cells.append(code(assertion, f"check:{name}", name=f"check-{name}"))
    cells.append(code("print('{\"accuracy\": 0.5}')", "metrics", name="end"))
    cells.append(code("int('x')", name="break"))
    lesson = building.notebook(building.parameters(), *cells)
    ran = building.ran(tmp_path, lesson)
    stand_in = building.run_here(
        building.put(tmp_path, "1-try/10-it", lesson),
        about("it", lesson),
        lesson,
        How(tmp_path),
        building.quiet,
        {},
    )
    assert (ran.outcome.checks, ran.outcome.failure) == (stand_in.outcome.checks, stand_in.outcome.failure)
    assert read_metrics(ran) == read_metrics(stand_in) == ({"accuracy": 0.5}, [])
    assert faults_of_stubs(ran, ["sound", "passes", "mute", "accident"]) == [
        "with bare stubs: cell 11 (id break): ValueError: invalid literal for int() with base 10: 'x'",
        "with bare stubs check:passes passes; it has to fail until the exercise is solved",
        "with bare stubs check:mute has to fail by an assert with a message, "
        "cell 7 (id check-mute): AssertionError",
        "with bare stubs check:accident has to fail by an assert with a message, "
        "cell 9 (id check-accident): AttributeError: 'NoneType' object has no attribute 'shape'",
    ]


@pytest.mark.usefixtures("here")
def test_a_wrong_solution_and_a_stub_that_breaks_a_later_cell_are_found(tmp_path: Path) -> None:
    lesson = building.sound()
    lesson["cells"].insert(-1, code("double(2) + 1", name="later"))
    solutions = {**building.SOLUTIONS, "square": "def square(x):\n    return 5\n"}
    building.put(tmp_path, "1-try/10-it", lesson, solutions)
    verdict = check(tmp_path, lesson)
    assert (verdict.passed, verdict.clean, verdict.solved, verdict.stubs) == (False, True, False, False)
    assert verdict.faults == [
        "with bare stubs: cell 10 (id later): "
        "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'",
        "with solutions: check:square fails with the solution, cell 9 (id check-square): "
        "AssertionError: square(2) is not right yet",
    ]


@pytest.mark.usefixtures("here")
def test_a_stub_that_fails_the_check_of_another_is_found(tmp_path: Path) -> None:
    cells = [
        code("first = None", "exercise:first", name="do-first"),
        code("assert first, 'not yet'", "check:first", name="check-first"),
        code("second = None", "exercise:second", name="do-second"),
        code("assert first and second, 'not yet'", "check:second", name="check-second"),
    ]
    lesson = building.notebook(*cells)
    building.put(tmp_path, "1-try/10-it", lesson, {"first": "first = 1", "second": "second = 1"})
    verdict = check(tmp_path, lesson, each=True)
    assert (verdict.solved, verdict.stubs) == (True, False)
    assert [fault for fault in verdict.faults if "unsolved" in fault] == [
        "with only first unsolved: check:second fails, cell 4 (id check-second): AssertionError: not yet"
    ]


def test_a_file_that_is_no_notebook_is_a_fault_of_its_lesson_alone(tmp_path: Path) -> None:
    broken = building.put(tmp_path, "1-try/20-broken", building.sound())
    broken.path.write_text("{")
    verdict = check_lesson(broken, How(tmp_path), lambda _title: nullcontext(building.quiet))
    assert not verdict.passed and len(verdict.faults) == 1
    building.put(tmp_path, "1-try/10-it", building.sound(), building.SOLUTIONS)
    assert check_catalogue(tmp_path) == []
