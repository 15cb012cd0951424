"""The speaker's view: who may see it, and what is believed of what seats tell."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from organiser.hub.door import Refused
from organiser.hub.homes import folder_and_state, seat_name
from organiser.hub.limits import MOST_WRONG, WAIT
from organiser.hub.reports import ANSWER, Solved, lesson_at, solved_in
from organiser.hub.speaker import (
    FRESH_SECONDS,
    MOST_SOLVED,
    WRONG,
    Speaker,
    new_speaker_code,
)

KEY = bytes(range(32))


class Clock:
    """Goes on when it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def speaker(tmp_path: Path) -> Speaker:
    return Speaker(KEY, tmp_path / "speaker", tmp_path / "message.json", Clock())


def new_code(speaker: Speaker) -> str:
    return new_speaker_code(KEY, speaker.code_file, os.getegid())


def test_without_a_code_nobody_is_let_in(speaker: Speaker) -> None:
    assert isinstance(speaker.admit("", "192.0.2.1"), Refused)
    assert not speaker.holds("")


def test_the_code_lets_in_until_there_is_a_new_one(speaker: Speaker) -> None:
    code = new_code(speaker)
    assert code not in speaker.code_file.read_text()
    token = speaker.admit(code.lower(), "192.0.2.1")
    assert isinstance(token, str)
    assert speaker.holds(token)
    assert not speaker.holds(speaker.code_hash()), "the file itself opens nothing"
    new_code(speaker)
    assert not speaker.holds(token)
    assert isinstance(speaker.admit(code, "192.0.2.1"), Refused)


def test_whoever_guesses_reads_please_wait_and_keeps_nobody_out(speaker: Speaker) -> None:
    code = new_code(speaker)
    said = [speaker.admit("WRONG", "192.0.2.66") for _ in range(MOST_WRONG + 1)]
    assert said[MOST_WRONG - 1] == Refused(WRONG)
    assert said[MOST_WRONG] == Refused(WAIT.format(seconds=60))
    assert isinstance(speaker.admit(code, "192.0.2.66"), str)


def test_how_many_solved_an_exercise_counts_the_seats_that_let_it_be_seen(speaker: Speaker) -> None:
    speaker.hear("001", {"solved": ["gradient", "gradient"]})
    speaker.hear("002", {"solved": ["gradient", "loss"]})
    speaker.hear("003", {"lesson": "1-mnist/10-mlp.ipynb"})
    assert speaker.solved(["001", "002", "003", "004"]) == {"gradient": 2, "loss": 1}


def test_what_a_seat_told_is_forgotten_when_it_tells_nothing_more(speaker: Speaker) -> None:
    speaker.hear("017", {"lesson": "1-mnist/10-mlp.ipynb"})
    told = speaker.told("017")
    assert told is not None
    assert (told.lesson, told.solved) == ("1-mnist/10-mlp.ipynb", None)
    clock = speaker.clock
    assert isinstance(clock, Clock)
    clock.now += FRESH_SECONDS + 1
    assert speaker.told("017") is None


@pytest.mark.parametrize(
    "document",
    [None, [], "x", {"lesson": 3}, {"lesson": "<b>x</b>"}, {"lesson": "x" * 1000}, {"lesson": "a\nb"}],
)
def test_a_lie_of_a_seats_shows_nothing(speaker: Speaker, document: object) -> None:
    speaker.hear("017", document)
    told = speaker.told("017")
    assert told is not None
    assert told.lesson == ""


def test_of_what_is_solved_only_so_many_names_count(speaker: Speaker) -> None:
    speaker.hear("017", {"solved": ["a", 3, "<b>", None, *(f"e{number}" for number in range(MOST_SOLVED))]})
    told = speaker.told("017")
    assert told is not None
    assert told.solved is not None
    assert len(told.solved) == MOST_SOLVED - 3
    assert told.solved[0] == "a"


def session(path: str, when: str, connections: int = 1) -> dict[str, object]:
    return {"path": path, "kernel": {"connections": connections, "last_activity": when}}


def test_only_delivered_notebooks_that_a_browser_shows_are_named() -> None:
    delivered = ["1-a.ipynb", "2-b.ipynb", "3-c.ipynb"]
    sessions = [
        session("1-a.ipynb", "2026-11-26T10:00:00Z"),
        session("2-b.ipynb", "2026-11-26T10:05:00Z"),
        session("3-c.ipynb", "2026-11-26T10:09:00Z", connections=0),
        session("my diary.ipynb", "2026-11-26T10:10:00Z"),
    ]
    assert lesson_at(sessions, delivered) == "2-b.ipynb"
    assert lesson_at(sessions[3:], delivered) == ""


def answered(exercise: str, answer: str) -> dict[str, object]:
    return {"outputs": [{"data": {ANSWER: {"exercise": exercise, "answer": answer}}}]}


def test_what_checks_called_right_is_solved_and_read_again_when_it_is_saved(tmp_path: Path) -> None:
    book = {"cells": [answered("one", "right"), answered("two", "wrong"), {"outputs": [{"text": "x"}]}]}
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    (tmp_path / "b.ipynb").write_text("damaged")
    solved = Solved(tmp_path)
    paths = ["a.ipynb", "b.ipynb", "gone.ipynb", "data.csv"]
    assert solved.exercises(paths) == ["one"]
    book["cells"].append(answered("three", "right"))
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    os.utime(tmp_path / "a.ipynb", ns=(1, 1))
    assert solved.exercises(paths) == ["one", "three"]


@pytest.mark.parametrize("damaged", [None, [], {"cells": 3}, {"cells": [3]}, {"cells": [{"outputs": [3]}]}])
def test_a_damaged_notebook_has_nothing_solved(damaged: object) -> None:
    assert list(solved_in(damaged)) == []


@pytest.mark.parametrize(("told", "heard"), [(5, 5), (-1, None), (True, None), ("5", None), (1 << 60, None)])
def test_a_memory_that_cannot_be_is_left_out(tmp_path: Path, told: object, heard: int | None) -> None:
    speaker = Speaker(b"key", tmp_path / "code", tmp_path / "message")
    speaker.hear("017", {"memory": told})
    found = speaker.told("017")
    assert found is not None
    assert found.memory == heard


def test_a_pod_is_the_seat_of_its_hub_and_its_home_is_the_images(tmp_path: Path) -> None:
    assert seat_name(Path("/home/workshop"), {"JUPYTERHUB_USER": "seat-017"}) == "seat-017"
    assert seat_name(Path("/home/seat-003"), {}) == "seat-003"
    assert folder_and_state(tmp_path)[1] == tmp_path / ".workshop-sync"
    (tmp_path / ".local/state/deep-learning-workshop").mkdir(parents=True)
    assert folder_and_state(tmp_path)[1] == tmp_path / ".local/state/deep-learning-workshop"
    (tmp_path / ".workshop-sync").mkdir()
    assert folder_and_state(tmp_path)[1] == tmp_path / ".workshop-sync"
