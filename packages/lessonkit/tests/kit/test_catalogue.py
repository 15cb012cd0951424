from pathlib import Path

import pytest

from lessonkit.catalogue import Lesson, UnknownLessonError, choose, find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.plugin import PLAIN

NAMES = [
    "0-basics/10-theano",
    "1-mnist/10-mlp",
    "1-mnist/20-conv-net",
    "2-image/10-conv-net",
    "10-more/10-last",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in [*NAMES, "solutions/not-this", "1-mnist/.ipynb_checkpoints/10-mlp"]:
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return tmp_path


def names(lessons: list[Lesson]) -> list[str]:
    return [lesson.name for lesson in lessons]


def test_lessons_come_in_the_order_of_their_numbers(folder: Path) -> None:
    assert names(find_lessons(folder)) == NAMES


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("1-mnist/10-mlp", ["1-mnist/10-mlp"]),
        ("1-mnist/10-mlp.ipynb", ["1-mnist/10-mlp"]),
        ("10-mlp", ["1-mnist/10-mlp"]),
        ("mlp", ["1-mnist/10-mlp"]),
        ("mnist/mlp", ["1-mnist/10-mlp"]),
        ("1-mnist", ["1-mnist/10-mlp", "1-mnist/20-conv-net"]),
        ("mnist", ["1-mnist/10-mlp", "1-mnist/20-conv-net"]),
        ("image/conv-net", ["2-image/10-conv-net"]),
        ("20-conv-net", ["1-mnist/20-conv-net"]),
    ],
)
def test_a_word_names_a_lesson_or_a_chapter(folder: Path, word: str, meant: list[str]) -> None:
    assert names(choose(find_lessons(folder), [word])) == meant


def test_no_words_mean_all_and_none_comes_twice(folder: Path) -> None:
    lessons = find_lessons(folder)
    assert choose(lessons, []) == lessons
    assert names(choose(lessons, ["mnist", "mlp", "theano"])) == NAMES[:3]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("conv-net", "may mean 1-mnist/20-conv-net, 2-image/10-conv-net"),
        ("net", "may mean"),
        ("mpl", "1-mnist/10-mlp"),
        ("zzzz", "lessonkit list"),
        ("", "no lesson"),
    ],
)
def test_a_word_that_means_nothing_is_told_in_one_line(folder: Path, word: str, told: str) -> None:
    with pytest.raises(UnknownLessonError, match=told) as caught:
        choose(find_lessons(folder), [word])
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_or_empty_is_told(tmp_path: Path) -> None:
    with pytest.raises(LessonkitError, match="--notebooks"):
        PLAIN.notebooks(tmp_path / "nowhere")
    with pytest.raises(LessonkitError, match="no lessons"):
        find_lessons(tmp_path)
