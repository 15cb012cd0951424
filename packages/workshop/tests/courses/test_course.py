"""What a course's file may say, and the one sentence for what it may not."""

from pathlib import Path

import pytest

from courses.making import COURSE, course, notebook
from workshop.core.errors import WorkshopError
from workshop.core.settings import CHECKOUT
from workshop.courses.course import packages_of, read_course, require_sound

HASH = "--hash=sha256:" + "0" * 64
LOCK = f"ipykernel==1.0 {HASH}\n"
PLAN = """
[[plan]]
name = "day"
title = "A day"
minutes = 30
item = [{lesson = "a", minutes = 20}, {title = "A break", minutes = 10}]
"""


def test_a_course_says_its_lessons_kernels_and_plans(tmp_path: Path) -> None:
    found = read_course(course(tmp_path, LOCK, COURSE + PLAN))
    require_sound(found)
    assert [lesson.name for lesson in found.lessons()] == ["a", "b"]
    assert [item.lesson or item.title for item in found.plans[0].items] == ["a", "A break"]
    assert packages_of(found, found.kernels[0]) == ["ipykernel"]


def test_our_own_lessons_are_a_course() -> None:
    found = read_course(CHECKOUT / "notebooks")
    require_sound(found)
    assert not any(kernel.is_own for kernel in found.kernels)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (COURSE.replace("MIT", ""), "licence must be one line"),
        (COURSE.replace('licence = "MIT"\n', ""), "lacks licence"),
        (COURSE + 'colour = "red"', "unknown key 'colour'"),
        (COURSE.replace('"knots"', '"Knots!"'), "small letters"),
        (COURSE.replace('"knots"', '"jupyter"', 1), "the name jupyter is reserved"),
        (COURSE.replace('"knots"', '"pytorch"', 1), "the name pytorch is reserved"),
        (COURSE.replace('"knots"', f'"{"k" * 41}"', 1), "at most 40"),
        (COURSE.replace("Knots", "K" * 201, 1), "title is longer than 200"),
        (COURSE.replace("kernel.knots", "kernel.theano"), "must be called knots"),
        (COURSE.replace('"lessons"', '"../elsewhere"'), "within the course's folder"),
        (COURSE.replace('"lessons"', '"missing"'), "no folder missing"),
        (COURSE.replace("knots.txt", "/etc/passwd"), "within the course's folder"),
        (COURSE.replace("knots.txt", ".hidden"), "within the course's folder"),
        (COURSE + PLAN.replace("30", "31"), "has 31 minutes, its items 30"),
        (COURSE + PLAN + PLAN, "two plans are called day"),
        (COURSE + PLAN.replace('lesson = "a", ', ""), "needs a lesson or"),
        (COURSE.replace("lock =", "requirements ="), "no lock"),
        ("name = ", "is not TOML"),
        (COURSE.ljust(100_001), "larger than 100 kB"),
    ],
)
def test_a_fault_of_the_file_is_one_sentence(tmp_path: Path, text: str, fault: str) -> None:
    course(tmp_path, LOCK, text)
    with pytest.raises(WorkshopError, match=fault) as told:
        read_course(tmp_path)
    assert "\n" not in str(told.value)


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = course(tmp_path / "course", LOCK)
    (folder / "knots.txt").unlink()
    (folder / "knots.txt").symlink_to(tmp_path)
    with pytest.raises(WorkshopError, match="a link that leads out"):
        read_course(folder)


@pytest.mark.parametrize(
    ("lock", "fault"),
    [
        ("ipykernel==1.0\n", "not a version with hashes"),
        (f"ipykernel {HASH}\n", "not a version with hashes"),
        (f"--index-url https://example.org\n{LOCK}", "not a version with hashes"),
        (f"ipykernel @ https://example.org/x.whl {HASH}\n", "not a version with hashes"),
        ("-r other.txt\n", "not a version with hashes"),
        (f"numpy==1.0 {HASH}\n", "has no ipykernel"),
    ],
)
def test_a_lock_has_nothing_but_versions_with_hashes(tmp_path: Path, lock: str, fault: str) -> None:
    with pytest.raises(WorkshopError, match=fault):
        require_sound(read_course(course(tmp_path, lock)))


def test_a_missing_lock_is_named(tmp_path: Path) -> None:
    found = read_course(course(tmp_path, LOCK))
    (tmp_path / "knots.txt").unlink()
    with pytest.raises(WorkshopError, match=r"has no lock knots\.txt; run 'workshop course lock"):
        require_sound(found)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b'{"cells": [], "nbformat": "3"}', "not a notebook of format 4"),
        (b"hello", "is not a notebook"),
        (notebook("1", kernel="python3"), "names the kernel 'python3'; the course has knots"),
    ],
)
def test_a_notebook_that_does_not_fit_is_named(tmp_path: Path, data: bytes, fault: str) -> None:
    with pytest.raises(WorkshopError, match=fault):
        require_sound(read_course(course(tmp_path, LOCK, a=data)))


def test_pages_have_an_index(tmp_path: Path) -> None:
    course(tmp_path, LOCK, COURSE.replace("[kernel", 'pages = "web"\n[kernel', 1))
    with pytest.raises(WorkshopError, match=r"have no web/index\.html"):
        require_sound(read_course(tmp_path))


def test_a_plan_names_lessons_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="names the lesson z"):
        require_sound(read_course(course(tmp_path, LOCK, COURSE + PLAN.replace('"a"', '"z"'))))
