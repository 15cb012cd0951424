import json
import os
from pathlib import Path

import pytest

from workshop.core.settings import Settings
from workshop.lessons.warm import survey, warmth_here


def write(path: Path, kernel: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"kernelspec": {"name": kernel}, "lessonkit": {"minutes": 5}}
    path.write_text(json.dumps({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "prefix/theano").mkdir(parents=True)
    for name in ("10-one", "20-two", "30-three"):
        write(tmp_path / f"notebooks/1-try/{name}.ipynb", "theano")
    write(tmp_path / "notebooks/1-try/40-keras.ipynb", "tensorflow")
    return Settings(prefix=tmp_path / "prefix")


def test_each_lesson_that_compiles_is_warm_warming_or_cold(tmp_path: Path, settings: Settings) -> None:
    notebooks = tmp_path / "notebooks"
    assert set(warmth_here(notebooks, settings).values()) == {"cold"}
    found = survey(notebooks, settings)
    found.remember(found.every[0])
    found.tell(found.every[1].name)
    assert warmth_here(notebooks, settings) == {
        "1-try/10-one": "warm",
        "1-try/20-two": "warming",
        "1-try/30-three": "cold",
    }


def test_where_nobody_can_know_nothing_is_said(tmp_path: Path, settings: Settings) -> None:
    assert warmth_here(None, settings) == {}
    assert warmth_here(tmp_path / "none", settings) == {}
    assert warmth_here(tmp_path / "notebooks", Settings()) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_record_that_is_another_account_s_says_nothing(tmp_path: Path, settings: Settings) -> None:
    found = survey(tmp_path / "notebooks", settings)
    found.remember(found.every[0])
    found.record.chmod(0)
    assert warmth_here(tmp_path / "notebooks", settings) == {}
