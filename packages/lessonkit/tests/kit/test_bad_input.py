"""What is badly wrong with a lesson is one line that says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonkit.catalogue import find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.plugin import PLAIN
from lessonkit.proof import check_catalogue
from lessonkit.static import faults_of_file

from . import building

code, notebook = building.code, building.notebook


def faults(folder: Path, content: building.Notebook, solutions: dict[str, str] | None = None) -> list[str]:
    from lessonkit.catalogue import about

    lesson = building.put(
        folder, "1-try/10-it", content, building.SOLUTIONS if solutions is None else solutions
    )
    return faults_of_file(lesson, content, about(lesson.name, content), folder, ran=True)


def test_a_cell_that_prints_without_end_is_one_line_and_little_is_kept(tmp_path: Path) -> None:
    prints = code("for _ in range(12): print('x' * 10**6)", name="prints")
    kept = tmp_path / "kept"
    result = building.run(tmp_path / "notebooks", notebook(prints, code("1", name="later")), output=kept)
    assert result.why == "cell 1 (id prints): it prints 12 MB, at most 10; show less"
    assert (kept / "1-try/10-it.ipynb").stat().st_size < 11 * 10**6


def test_a_check_that_raises_names_what_it_raised(tmp_path: Path) -> None:
    lesson = building.sound()
    check = next(cell for cell in lesson["cells"] if cell["id"] == "check-double")
    check["source"] = '# ◆\nwith check("double"):\n    nowhere(double)'
    building.put(tmp_path, "1-try/10-it", lesson, building.SOLUTIONS)
    result = building.run(tmp_path, lesson, solved=True)
    assert not result.passed and "\n" not in result.why
    assert "check:double finds the solution wrong" in result.why and "nowhere" in result.why


def test_a_check_that_loops_for_ever_is_stopped(tmp_path: Path) -> None:
    lesson = building.sound()
    check = next(cell for cell in lesson["cells"] if cell["id"] == "check-double")
    check["source"] = '# ◆\nwith check("double"):\n    while True:\n        pass'
    result = building.run(tmp_path, lesson, timeout=3)
    assert result.why == ("cell 5 (id check-double): stopped after 3 s; make it shorter or raise --timeout")


def test_a_lesson_that_deletes_its_notebook_deletes_a_copy(tmp_path: Path) -> None:
    deletes = code("import pathlib\npathlib.Path('10-it.ipynb').unlink()", name="deletes")
    kept = tmp_path / "kept"
    result = building.run(tmp_path / "notebooks", notebook(deletes, code("1 + 1", name="later")), output=kept)
    assert result.why == "" and (kept / "1-try/10-it.ipynb").is_file()
    assert (tmp_path / "notebooks/1-try/10-it.ipynb").is_file()


def test_a_lesson_that_deletes_all_it_can_reach_is_one_line(tmp_path: Path) -> None:
    deletes = code("import shutil\nshutil.rmtree('../..')", name="deletes")
    result = building.run(tmp_path / "notebooks", notebook(deletes, code("1 + 1", name="later")))
    assert not result.passed and "\n" not in result.why
    assert "deletes" in result.why, result.why
    assert (tmp_path / "notebooks/1-try/10-it.ipynb").is_file()


def test_a_lesson_that_binds_check_anew_is_told_where(tmp_path: Path) -> None:
    lesson = building.sound()
    lesson["cells"].insert(-1, code("check = 3", name="again"))
    (found,) = faults(tmp_path, lesson)
    assert found == "cell 11 writes over check(…); give its own check another name"


def test_a_notebook_of_format_4_0_is_told_to_be_saved_again(tmp_path: Path) -> None:
    lesson = building.sound()
    lesson["nbformat_minor"] = 0
    (found,) = faults(tmp_path, lesson)
    assert found == "the notebook's format is older than 4.5, which has no cell ids; save it with JupyterLab"


def test_two_exercises_of_one_name_are_told_with_their_lessons(tmp_path: Path) -> None:
    for name in ("1-try/10-one", "1-try/20-two"):
        building.put(tmp_path, name, building.sound(), building.SOLUTIONS)
    found = check_catalogue(tmp_path)
    assert found[0] == "the exercise name double is used by 1-try/10-one, 1-try/20-two; give each its own"


def test_an_exercise_without_a_solution_is_told_what_to_write(tmp_path: Path) -> None:
    without = {name: text for name, text in building.SOLUTIONS.items() if name != "halve"}
    (found,) = faults(tmp_path, building.sound(), without)
    assert found == "the exercise halve has no solution; write solutions/halve.py"


def test_a_folder_without_lessons_is_told(tmp_path: Path) -> None:
    with pytest.raises(LessonkitError, match="holds no lessons; use --notebooks DIR"):
        find_lessons(PLAIN.notebooks(tmp_path))
