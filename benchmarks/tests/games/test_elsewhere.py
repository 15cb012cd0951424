"""The interpreter with Numba is found, and what runs there answers in JSON or is named."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from benchmarks.bubblebreaker import elsewhere
from workshop.errors import WorkshopError
from workshop.settings import Settings


def test_this_interpreter_will_do_when_it_has_numba() -> None:
    assert elsewhere.find_python() == Path(sys.executable)


def test_else_the_machines_will_do_and_else_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(elsewhere, "load_settings", lambda: Settings(prefix=tmp_path))
    with pytest.raises(WorkshopError, match="set this machine up"):
        elsewhere.find_python()
    python = tmp_path / "venvs/theano/bin/python"
    python.parent.mkdir(parents=True)
    python.touch()
    with pytest.raises(WorkshopError, match="set this machine up"):
        elsewhere.find_python()
    write_script(python, f'exec {sys.executable} "$@"')
    assert elsewhere.find_python() == python


def test_an_interpreter_that_cannot_do_it_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="no interpreter"):
        elsewhere.find_python(tmp_path / "nowhere")
    bare = tmp_path / "python"
    write_script(bare, "exit 1")
    with pytest.raises(WorkshopError, match=f"{bare} has no numba"):
        elsewhere.find_python(bare)


def write_script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def test_answers_are_read_and_failures_are_named(tmp_path: Path) -> None:
    python = Path(sys.executable)
    (tmp_path / "boards").write_text("")
    with pytest.raises(WorkshopError, match="solve failed"):
        elsewhere.answer_of(python, "bubblebreaker.solve", [str(tmp_path / "boards")])
    with pytest.raises(WorkshopError, match="did not answer in JSON"):
        elsewhere.answer_of(python, "this", [])
