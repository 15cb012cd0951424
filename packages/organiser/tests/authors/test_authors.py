"""A folder of plain notebooks becomes a course, is locked and checked; its faults are one sentence each."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from courses.making import LOOSE, machine, notebook, wheel

from organiser.courses.check import ADVICE, check
from organiser.courses.locking import lock
from organiser.courses.new import make
from workshop.core.errors import WorkshopError
from workshop.core.settings import CHECKOUT
from workshop.courses.changing import From, add, remove, update
from workshop.courses.course import packages_of, read_course, require_sound

EXAMPLE = CHECKOUT / "tests" / "courses" / "statistics"


def likely(question: str, answer: str) -> str:
    del question
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a notebook as Jupyter saves it."""
    made = tmp_path / "My_Robots 2"
    made.mkdir()
    (made / "a.ipynb").write_bytes(notebook("1", kernel="python3"))
    return made


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let uv know of a folder of wheels, and of no index."""
    wheel(tmp_path / "wheels", "ipykernel")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    return tmp_path / "wheels"


def test_a_plain_folder_becomes_a_course(folder: Path) -> None:
    made = make(folder, likely)
    assert (made.course.name, made.course.title, made.changed) == ("my-robots", "My robots 2", ["a"])
    kernel = json.loads((folder / "a.ipynb").read_text())["metadata"]["kernelspec"]["name"]
    assert kernel == "my-robots"
    assert (folder / "requirements.txt").read_text() == "ipykernel\n"


def test_answers_count_and_requirements_are_completed(folder: Path) -> None:
    (folder / "requirements.txt").write_text("numpy")
    answers = {"Title": "Robots", "Licence": "MIT"}
    made = make(folder, lambda question, answer: answers.get(question, answer))
    assert (made.course.title, made.course.licence) == ("Robots", "MIT")
    assert (folder / "requirements.txt").read_text() == "numpy\nipykernel\n"


def test_what_cannot_become_a_course_stays_as_it_is(folder: Path, tmp_path: Path) -> None:
    (folder / "b.ipynb").write_text('{"nbformat": 3, "worksheets": []}')
    before = (folder / "a.ipynb").read_bytes()
    with pytest.raises(WorkshopError, match="format 4"):
        make(folder, likely)
    assert not (folder / "course.toml").exists() and (folder / "a.ipynb").read_bytes() == before
    (folder / "b.ipynb").write_bytes(notebook("1", kernel="ir").replace(b'"python"', b'"R"'))
    with pytest.raises(WorkshopError, match=r"b\.ipynb is written in r; .* in Python"):
        make(folder, likely)
    assert not (folder / "course.toml").exists()
    (folder / "b.ipynb").unlink()
    with pytest.raises(WorkshopError, match="lower-case letters"):
        make(folder, lambda question, answer: "No!")
    assert not (folder / "course.toml").exists()
    make(folder, likely)
    with pytest.raises(WorkshopError, match="already"):
        make(folder, likely)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkshopError, match="holds no notebooks"):
        make(tmp_path / "empty", likely)


def test_a_lock_has_versions_with_hashes(folder: Path, wheels: Path) -> None:
    make(folder, likely)
    course = read_course(folder)
    with pytest.raises(WorkshopError, match="has no lock"):
        require_sound(course)
    assert lock(course) == {"my-robots": 1}
    require_sound(course)
    assert packages_of(course, course.kernels[0]) == ["ipykernel"]


@pytest.mark.parametrize(
    ("tag", "fault"),
    [(LOOSE, ""), ("py3-none-manylinux_2_17_x86_64", "arm64: .*'rope'"), ("", "'?rope'?.* no usable wheels")],
)
def test_a_package_without_a_wheel_is_named(folder: Path, wheels: Path, tag: str, fault: str) -> None:
    if tag:
        wheel(wheels, "rope", tag)
    else:
        (wheels / "rope-1.0.tar.gz").write_bytes(b"source")
    (folder / "requirements.txt").write_text("rope\n")
    make(folder, likely)
    if not fault:
        assert lock(read_course(folder)) == {"my-robots": 2}
        return
    with pytest.raises(WorkshopError, match=fault) as told:
        lock(read_course(folder))
    assert "\n" not in str(told.value)


def test_a_kernel_that_cannot_start_is_told(folder: Path, wheels: Path, tmp_path: Path) -> None:
    make(folder, likely)
    lock(read_course(folder))  # of a package that has only the kernel's name
    with pytest.raises(WorkshopError, match=r"my-robots cannot start: .*ipykernel_launcher"):
        check(read_course(folder), machine(tmp_path / "machine"), print)


def test_a_file_that_no_machine_takes_is_told(folder: Path, wheels: Path, tmp_path: Path) -> None:
    make(folder, likely)
    lock(read_course(folder))
    (folder / "passwords.txt").symlink_to("/etc/passwd")
    with pytest.raises(WorkshopError, match=r"passwords\.txt of the course was refused: .* link"):
        check(read_course(folder), machine(tmp_path / "machine"), print)


def test_root_runs_nothing_of_a_course(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from organiser.courses import cli

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(WorkshopError, match="root does not run"):
        cli.check_command(folder)


@pytest.mark.network
def test_the_example_is_checked_added_updated_and_removed(tmp_path: Path) -> None:
    """It is a course that no other code knows: five notebooks of statistics with numpy."""
    from dataclasses import replace

    source = tmp_path / "source"
    shutil.copytree(EXAMPLE, source)
    settings: Any = replace(machine(tmp_path / "machine"), offline=False)
    names = ["10-mean", "20-spread", "30-central-limit", "40-bootstrap", "50-regression"]
    assert check(read_course(source), settings, print) == dict.fromkeys(names, "")
    add(settings, From(str(source)), lambda lines: True, print)
    mine, other = (settings.notebooks / "statistics" / f"{name}.ipynb" for name in names[:2])
    edited = mine.read_text().replace("17.5", "175")
    mine.write_text(edited)
    news = source / "notebooks" / "20-spread.ipynb"
    news.write_text(news.read_text().replace("20_000", "30_000"))
    assert update(settings, "statistics", print)[1] is not None
    assert mine.read_text() == edited and "30_000" in other.read_text()
    remove(settings, "statistics")
    assert [path.name for path in (settings.notebooks / "statistics").iterdir()] == ["10-mean.ipynb"]
    # A notebook that fails is named with its reason.
    news.write_text(news.read_text().replace("import numpy as np", "import numpy_that_is_missing as np"))
    found = check(read_course(source), settings, print)
    why = found.pop("20-spread")
    assert "numpy_that_is_missing" in why and why.endswith(ADVICE) and not any(found.values())
