"""Each lesson ends with a link to the next one in the folder's order, under its title."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[4] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*/*.ipynb"))


def read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(("lesson", "following"), itertools.pairwise(LESSONS), ids=lambda file: file.stem)
def test_a_lesson_ends_with_a_link_to_the_next_one(lesson: Path, following: Path) -> None:
    last = read(lesson)["cells"][-1]
    title = read(following)["metadata"]["lessonkit"]["title"]
    link = _relative(lesson, following)
    assert (last["id"], last["cell_type"]) == ("next", "markdown")
    assert "".join(last["source"]) == f"**Next:** [{title}]({link})"
    assert (lesson.parent / link).resolve() == following


def _relative(lesson: Path, following: Path) -> str:
    if lesson.parent == following.parent:
        return following.name
    return f"../{following.parent.name}/{following.name}"
