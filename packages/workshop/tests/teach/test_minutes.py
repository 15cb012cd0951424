"""The line at the top of a lesson says what ``workshop lessons list`` says."""

from __future__ import annotations

import json
from pathlib import Path

import commandline
import pytest

from workshop.lessons import pace
from workshop.lessons.yardstick import Round
from workshop.teach import memory, minutes

LESSON = {
    "cells": [],
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python", "language": "python"},
        "lessonkit": {"title": "It", "minutes": 45, "budget": {"full": {"work": 300, "rss_mb": 900}}},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lesson that Jupyter has opened on a machine three times slower than the reference."""
    path = tmp_path / "notebooks/1-try/10-it.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(LESSON))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(minutes.NOTEBOOK, str(path))
    monkeypatch.delenv("LESSONKIT_HEADLESS", raising=False)
    assert pace.slowness_here(lambda: [Round(3.0, 3.0)]) == 3.0
    return path


def test_it_is_the_figure_of_the_list(notebook: Path) -> None:
    assert minutes.line() == "Time: about 55 min, 15 of them waiting, on this machine."
    listed = commandline.workshop("lessons", "list", "--json", "--notebooks", notebook.parents[1])
    assert json.loads(listed.stdout)["here"] == {
        "slowness": 3.0,
        "minutes": {"1-try/10-it": {"whole": 55.0, "waiting": 15.0}},
    }


def test_a_kernel_shows_it_once_above_its_memory(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(memory, "_opened", False)
    monkeypatch.setattr(memory.kernels, "server", lambda: None)
    memory.show()
    first, second = capsys.readouterr().out.splitlines()
    assert (first[:5], second[:7]) == ("Time:", "Memory:")
    memory.show()
    (only,) = capsys.readouterr().out.splitlines()
    assert only.startswith("Memory:")


def test_headless_nothing_is_measured(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESSONKIT_HEADLESS", "1")
    assert minutes.line() == ""
