"""With ``--json`` every verb prints one document, also when it fails."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from commandline import workshop

from workshop.core import command
from workshop.core.errors import WorkshopError

pytest.importorskip("organiser")


def leaves(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each verb with its command."""
    context = typer.Context(group)
    for word in group.list_commands(context):
        found = group.get_command(context, word)
        if hasattr(found, "list_commands"):
            yield from leaves(found, (*path, word))
        else:
            yield (*path, word), found


@pytest.fixture(scope="module")
def verbs() -> dict[tuple[str, ...], Any]:
    return dict(leaves(typer.main.get_command(command.program())))


def takes_json(verb: Any) -> bool:
    return any("--json" in each.opts for each in verb.params)


def test_every_verb_takes_json(verbs: dict[tuple[str, ...], Any]) -> None:
    assert [words for words, verb in verbs.items() if not takes_json(verb)] == []
    assert len(verbs) > 40


def test_every_verbs_help_has_an_example_that_can_be_typed(
    verbs: dict[tuple[str, ...], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("machine.ova").touch()
    for words, verb in verbs.items():
        example = shlex.split((verb.epilog or "").partition("Example: workshop ")[2])
        assert tuple(example[: len(words)]) == words, (words, verb.epilog)
        with verb.make_context(words[-1], example[len(words) :]):
            pass


def test_a_verb_that_is_used_wrongly_prints_one_document(verbs: dict[tuple[str, ...], Any]) -> None:
    for words, verb in verbs.items():
        if takes_json(verb):
            done = workshop(*words, "--json", "--no-such-option")
            assert (list(json.loads(done.stdout)), done.returncode) == (["error"], 2), words
            assert done.stderr, words


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (WorkshopError("what, and what to do"), "what, and what to do"),
        (OSError(28, "No space left on device"), "No space left on device; make room and run it again"),
        (typer.Exit(1), "the command failed; standard error has the reason"),
    ],
)
def test_a_verb_that_fails_prints_one_document(
    verbs: dict[tuple[str, ...], Any], monkeypatch: pytest.MonkeyPatch, fault: Exception, error: str
) -> None:
    def fail(**_: object) -> None:
        raise fault

    tried = 0
    for words, verb in verbs.items():
        if takes_json(verb) and not any(each.required for each in verb.params):
            monkeypatch.setattr(verb, "callback", fail)
            monkeypatch.setattr(command, "program", lambda verb=verb: verb)
            done = workshop("--json")
            assert json.loads(done.stdout) == {"error": error}, words
            assert done.returncode == 1, words
            tried += 1
    assert tried > 15


@pytest.mark.parametrize(
    "words", [("sync", "--from", "/\u00dc", "--into", "/\u00dc/a", "--state", "/\u00dc/b"), ("\u00dc",)]
)
def test_a_fault_is_one_document_on_an_ascii_terminal(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workshop", *words, "--json"],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode
    assert "\u00dc" in json.loads(done.stdout.decode("ascii"))["error"]
    assert b"Traceback" not in done.stderr
