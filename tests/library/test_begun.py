"""Commands that one module begins and another takes the outcome of."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from ansible_module import load_module
from waiting import wait_until

begun = load_module("module_utils/begun.py")
HANGS = ["sh", "-c", "echo begun; exec sleep 600"]


def test_each_outcome_is_waited_for_and_taken_once(tmp_path: Path) -> None:
    slow, then = ["sh", "-c", "sleep 0.5; echo é"], ["sh", "-c", "printf '{}'"]
    begun.begin(tmp_path, [slow, then]).wait()
    assert [begun.outcome(tmp_path, argv) for argv in (slow, then, slow)] == ["é\n", "{}", None]
    started = time.monotonic()
    begun.begin(tmp_path, [slow, then])
    assert begun.outcome(tmp_path, then) == "{}"
    assert time.monotonic() - started >= 0.5
    assert begun.outcome(tmp_path, ["sh", "-c", "printf '[]'"]) is None, "nobody began that"


@pytest.mark.parametrize(
    "argv",
    [
        ["sh", "-c", "echo '{}'; exit 3"],
        ["sh", "-c", "echo '{}'; kill -9 $$"],
        ["nonesuch-of-the-workshop"],
    ],
)
def test_what_failed_has_no_outcome_and_keeps_nothing_from_its_turn(tmp_path: Path, argv: list[str]) -> None:
    begun.begin(tmp_path, [argv, ["echo", "next"]])
    assert begun.outcome(tmp_path, argv) is None
    assert begun.outcome(tmp_path, ["echo", "next"]) == "next\n"


@pytest.mark.parametrize(
    "word", ["a b", "it's", '"', "$(id)", "`id`", "a\nb", ">x", "&& exit 1", "%s", "", "é", "-n"]
)
def test_words_are_given_as_they_are(tmp_path: Path, word: str) -> None:
    argv = ["printf", "<%s>", word]
    begun.begin(tmp_path / "fol der's", [argv])
    assert begun.outcome(tmp_path / "fol der's", argv) == f"<{word}>"


def test_whose_words_they_are_gets_no_lock_and_nobody_else_reads_what_they_say(tmp_path: Path) -> None:
    argv = ["sh", "-c", "ls -l /proc/self/fd; umask"]
    mask = os.umask(0o022)
    try:
        begun.begin(tmp_path, [*(["echo", str(number)] for number in range(12)), argv])
        said = begun.outcome(tmp_path, argv)
    finally:
        os.umask(mask)
    assert ".lock" not in said and said.endswith("0022\n")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_what_is_still_at_work_is_waited_for_before_it_begins_again(tmp_path: Path) -> None:
    """The earlier one may not know what has changed since, so its outcome is not taken for this one's."""
    word = tmp_path / "word"
    word.write_text("earlier")
    argv = ["sh", "-c", f"cat {word}; sleep 0.5"]
    begun.begin(tmp_path, [argv])
    wait_until(
        lambda: any(path.stat().st_size for path in tmp_path.iterdir() if path != word), 30, "it reads"
    )
    word.write_text("later")
    begun.begin(tmp_path, [argv])
    assert begun.outcome(tmp_path, argv) == "later"


def test_all_of_it_can_be_ended(tmp_path: Path) -> None:
    process = begun.begin(tmp_path, [HANGS, ["echo", "next"]])
    wait_until(lambda: any(path.stat().st_size for path in tmp_path.iterdir()), 30, "the first is at work")
    os.killpg(process.pid, signal.SIGTERM)
    assert begun.outcome(tmp_path, HANGS) is None
    assert begun.outcome(tmp_path, ["echo", "next"]) is None
