"""Answers are tried in a fork; beside threads of the lesson, in the kernel itself on a copy of its names."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lessonkit import checks, tried_answers

CHECK = """
with check("double") as right:
    seen.append(double(3))
    assert double(3) == 6, "of 3 it makes something else"
"""
ANSWERS = {
    "stub": "def double(x):\n    return ...",
    "wrong": "def double(x):\n    return x + 1",
    "right": "def double(x):\n    return x + x",
    "stops": "double = 1 / 0",
}
SOLUTION = "def double(x):\n    return 2 * x\n"
FOUND = {"stub": "not done", "wrong": "wrong", "right": "right", "stops": "stops"}

Order = Callable[[dict[str, str]], dict[str, Any]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The names of a kernel in which trials are ordered."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/double.py").write_text(SOLUTION, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = {"check": checks.check, "In": [""], "seen": []}
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns=found))
    return found


@pytest.fixture
def order(names: dict[str, Any], tmp_path: Path) -> Order:
    """Order answers to be tried; return what came of it."""
    file = tmp_path / "trials.json"

    def ordered(answers: dict[str, str]) -> dict[str, Any]:
        written = {"exercise": "double", "check": CHECK, "answers": answers, "solution": SOLUTION}
        file.write_text(json.dumps(written))
        tried_answers.run(str(file))
        found: dict[str, Any] = json.loads(file.read_text())["results"]
        return found

    return ordered


@pytest.fixture
def lessons_thread() -> Iterator[threading.Thread]:
    """A thread that a lesson has started and that is still at work."""
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait, name="studio", daemon=True)
    # Its target is of the package "threading", as that of a lesson's own function would be of "__main__".
    thread.start()
    yield thread
    ended.set()
    thread.join()


@pytest.fixture
def no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise AssertionError("a fork would wait for the locks that the thread holds")

    monkeypatch.setattr(tried_answers.os, "fork", fork)


def test_while_a_lesson_runs_threads_answers_are_tried_without_a_fork(
    order: Order, names: dict[str, Any], lessons_thread: threading.Thread, no_fork: None
) -> None:
    before = {name: names[name] for name in ("check", "In")}
    found = order(ANSWERS)
    assert {name: told["answer"] for name, told in found.items()} == FOUND
    assert found["stops"]["message"] == "the exercise raises ZeroDivisionError: division by zero"
    # None of it is left in the kernel, nor taken for the learner's own.
    assert "double" not in names
    assert (names["check"], names["In"]) == (before["check"], [""])
    assert "double" not in checks.records
    assert lessons_thread.is_alive()


def test_while_a_lesson_runs_threads_an_endless_answer_is_stopped(
    order: Order, lessons_thread: threading.Thread, no_fork: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tried_answers, "CPU_SECONDS", 1)
    found = order({"endless": "while True:\n    pass", "right": ANSWERS["right"]})
    assert found["endless"] == {"answer": "stops", "message": "it does not end", "error": ""}
    assert found["right"]["answer"] == "right", "what comes after it is tried as ever"


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kernel's own thread be the only one, so that answers are tried in a fork."""
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread()])


def test_trying_answers_changes_nothing_in_the_kernel(
    order: Order, names: dict[str, Any], no_threads: None
) -> None:
    found = order(ANSWERS)
    assert {name: told["answer"] for name, told in found.items()} == FOUND
    assert names["seen"] == [], "what a fork does is not seen here"
    assert "double" not in names


def test_each_answer_starts_with_the_same_variables_and_random_numbers(
    order: Order, names: dict[str, Any], no_threads: None
) -> None:
    """Each of these is right when it is tried first."""
    names.update(dice=np.random.default_rng(7), factor=2, wanted=np.random.default_rng(7).random())
    draws = "def double(x):\n    assert dice.random() == wanted\n    return factor * x"
    binds = "factor = 3\ncheck = None\ndef double(x):\n    return x"
    # The check calls it twice, and the second call draws another number.
    found = order({"draws": draws, "binds": binds, "again": draws, "right": ANSWERS["right"]})
    assert found["draws"] == found["again"], "both draw the same"
    assert found["binds"]["answer"] == "stops", "it took the check away from itself only"
    assert found["right"]["answer"] == "right"


def test_an_answer_that_changes_shared_data_does_not_make_others_wrong(
    order: Order, names: dict[str, Any], no_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes in place what a right answer needs: no name is bound anew, so none can be put back."""
    names["twos"] = [2]
    spoils = "def double(x):\n    twos[0] = 5\n    return 2 * x"
    needs = "def double(x):\n    return twos[0] * x"
    monkeypatch.setitem(globals(), "SOLUTION", needs)
    found = order({"spoils": spoils, "right": needs})
    assert {name: told["answer"] for name, told in found.items()} == {"spoils": "right", "right": "right"}


def test_an_answer_that_kills_its_process_or_never_ends_does_not_stop_the_others(
    order: Order, no_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tried_answers, "CPU_SECONDS", 1)
    kills = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    found = order(
        {"right": ANSWERS["right"], "kills": kills, "endless": "while True: pass", "stub": ANSWERS["stub"]}
    )
    assert list(found) == ["right", "kills", "endless", "stub"]
    assert found["kills"] == {"answer": "stops", "message": "it was ended by SIGKILL", "error": ""}
    assert found["endless"]["message"] == "it was ended by SIGXCPU"
    assert (found["right"]["answer"], found["stub"]["answer"]) == ("right", "not done")


def test_a_house_may_try_answers_at_less_cost_and_again_where_that_fails(
    order: Order, monkeypatch: pytest.MonkeyPatch, no_threads: None
) -> None:
    """One that fails within the house's block, for the house's reason, is tried outside of it."""
    how = {"within": False}

    @contextlib.contextmanager
    def within() -> Iterator[None]:
        how["within"] = True
        try:
            yield
        finally:
            how["within"] = False

    def only_there(tried: dict[str, str]) -> bool:
        return "not within" in tried["message"]

    house = SimpleNamespace(CHEAPER=tried_answers.Cheaper(within, only_there), how=how)
    monkeypatch.setitem(sys.modules, "a_house", house)
    monkeypatch.setattr(tried_answers, "cheaper", house.CHEAPER)
    ask = (
        "import a_house\nif a_house.how['within'] is {}: raise ValueError('not within')\n" + ANSWERS["right"]
    )
    found = order({"without": ask.format(True), "with": ask.format(False)})
    assert {name: each["answer"] for name, each in found.items()} == {"without": "right", "with": "right"}
