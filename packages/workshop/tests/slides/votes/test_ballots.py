import os
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.votes.ballots import KEPT_SECONDS, Ballots, RefusedError
from workshop.site.votes.questions import Question

QUESTIONS = {
    "rate": Question("rate", "How fast?", ("fast", "slow", "never")),
    "other": Question("other", "What else?", ("this", "that")),
}
ROOM = "192.0.2.7"


def phone(number: int) -> str:
    return f"phone-of-somebody-{number:04}"


def opened(folder: Path, per_address: int = 250, now: float = 1000.0) -> Ballots:
    return Ballots(folder / "votes.jsonl", QUESTIONS, per_address, clock=lambda: now)


def killed(ballots: Ballots) -> None:
    """Let go of the file as a killed process does: nothing is ended or flushed."""
    os.close(ballots._descriptor)


def test_a_phone_has_one_vote_its_first(tmp_path: Path) -> None:
    ballots = opened(tmp_path)
    ballots.show("rate")
    assert ballots.vote("rate", phone(1), 2, ROOM) == 2
    assert ballots.vote("rate", phone(1), 0, "192.0.2.8") == 2
    assert ballots.vote("rate", phone(2), 0, ROOM) == 0
    assert ballots.counts("rate") == [1, 0, 1]
    assert ballots.results() == {"rate": [1, 0, 1]}


def test_only_what_is_open_is_voted_on(tmp_path: Path) -> None:
    ballots = opened(tmp_path)
    with pytest.raises(RefusedError, match="closed"):
        ballots.vote("rate", phone(1), 0, ROOM)
    ballots.show("rate")
    with pytest.raises(RefusedError, match="closed"):
        ballots.vote("other", phone(1), 0, ROOM)
    ballots.vote("rate", phone(1), 0, ROOM)
    ballots.show("no such question")
    # Whoever did not hear that it counted asks again, and is told.
    assert ballots.vote("rate", phone(1), 0, ROOM) == 0


@pytest.mark.parametrize("choice", [3, -1, True, "0", 1.0, None, [0], 10**400])
def test_what_is_no_choice_is_refused(tmp_path: Path, choice: object) -> None:
    ballots = opened(tmp_path)
    ballots.show("rate")
    with pytest.raises(RefusedError, match="not one of the choices"):
        ballots.vote("rate", phone(1), choice, ROOM)
    assert ballots.results() == {}


@pytest.mark.parametrize(
    "voter", ["", "short", "x" * 33, "sixteen letters!", "twenty-letters-here\n", 7, None]
)
def test_what_is_no_phone_is_refused(tmp_path: Path, voter: object) -> None:
    ballots = opened(tmp_path)
    ballots.show("rate")
    with pytest.raises(RefusedError, match="out of date"):
        ballots.vote("rate", voter, 0, ROOM)


def test_an_address_has_so_many_votes_for_each_question_and_no_more(tmp_path: Path) -> None:
    ballots = opened(tmp_path, per_address=3)
    for name in ("rate", "other"):
        ballots.show(name)
        for number in range(3):
            ballots.vote(name, phone(number), 0, ROOM)
        with pytest.raises(RefusedError, match="your address"):
            ballots.vote(name, phone(3), 0, ROOM)
        assert ballots.vote(name, phone(4), 1, "192.0.2.8") == 1
    assert ballots.results() == {"rate": [3, 1, 0], "other": [3, 1]}


def test_a_household_of_version_6_is_one_address(tmp_path: Path) -> None:
    ballots = opened(tmp_path, per_address=1)
    ballots.show("rate")
    ballots.vote("rate", phone(1), 0, "2001:db8::1")
    with pytest.raises(RefusedError, match="your address"):
        ballots.vote("rate", phone(2), 0, "2001:db8::2")
    ballots.vote("rate", phone(3), 0, "2001:db8:0:1::2")


def test_what_was_confirmed_is_there_after_a_kill(tmp_path: Path) -> None:
    first = opened(tmp_path, per_address=3)
    first.show("rate")
    for number in range(3):
        first.vote("rate", phone(number), number, ROOM)
    killed(first)
    with (tmp_path / "votes.jsonl").open("ab") as file:
        file.write(b'{"question": "rate", "voter": "phone-of-some')
    second = opened(tmp_path, per_address=3)
    assert second.was_running and second.key == first.key and second.open == "rate"
    assert second.counts("rate") == [1, 1, 1]
    assert second.vote("rate", phone(0), 2, ROOM) == 0
    with pytest.raises(RefusedError, match="your address"):
        second.vote("rate", phone(9), 0, ROOM)
    second.vote("rate", phone(9), 0, "192.0.2.8")
    killed(second)
    assert opened(tmp_path).counts("rate") == [2, 1, 1]


def test_yesterday_s_and_ended_votes_do_not_come_back(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.show("rate")
    first.vote("rate", phone(1), 0, ROOM)
    killed(first)
    second = opened(tmp_path, now=1000 + KEPT_SECONDS)
    assert not second.was_running and second.key != first.key and second.results() == {}
    second.show("rate")
    second.vote("rate", phone(1), 0, ROOM)
    second.end()
    assert list(tmp_path.iterdir()) == []
    assert opened(tmp_path).results() == {}


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"[]\n", b'{"began": "x"}\n', b"null\n{}\n"])
def test_a_file_that_says_nothing_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "votes.jsonl").write_bytes(content)
    ballots = opened(tmp_path)
    assert not ballots.was_running
    ballots.show("rate")
    ballots.vote("rate", phone(1), 1, ROOM)
    killed(ballots)
    assert opened(tmp_path).counts("rate") == [0, 1, 0]


def test_the_file_is_private_and_holds_no_address(tmp_path: Path) -> None:
    ballots = opened(tmp_path)
    ballots.show("rate")
    ballots.vote("rate", phone(1), 0, ROOM)
    file = tmp_path / "votes.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert ROOM not in file.read_text(encoding="utf-8")


def test_two_votes_at_a_time_are_one_too_many(tmp_path: Path) -> None:
    opened(tmp_path)
    with pytest.raises(WorkshopError, match="another vote is running"):
        opened(tmp_path)


def test_a_full_disk_is_told_and_loses_nothing_that_counted(tmp_path: Path) -> None:
    ballots = opened(tmp_path)
    ballots.show("rate")
    ballots.vote("rate", phone(1), 0, ROOM)
    real, ballots._descriptor = ballots._descriptor, os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(RefusedError, match="disk is full"):
        ballots.vote("rate", phone(2), 1, ROOM)
    ballots._descriptor = real
    assert ballots.counts("rate") == [1, 0, 0]
    assert ballots.vote("rate", phone(2), 1, ROOM) == 1
    killed(ballots)
    assert opened(tmp_path).counts("rate") == [1, 1, 0]
