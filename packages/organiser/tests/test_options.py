"""Options mean the same with every verb of the command, this package's and those of ``workshop``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from workshop.core.command import UNLISTED, program

LETTERS = {"-o": "--output", "-n": "--dry-run", "-q": "--quiet", "-v": "--verbose", "-y": "--yes"}
WITH_PROGRESS = {
    "appliance build",
    "appliance export",
    "appliance verify",
    "classroom warm",
    "cluster warm",
    "course add",
    "course check",
    "data fetch",
    "image build",
    "image run",
    "lessons check",
    "lessons run",
    "lessons warm",
    "stick stage",
    "stick verify",
    "stick write",
    "update courses",
}
"""Verbs that show progress, which ``--quiet`` silences."""
RUNS_PROGRAMS = {
    "appliance build",
    "appliance export",
    "appliance verify",
    "image build",
    "stick stage",
    "stick write",
}
"""Verbs that other programs do much of the work of, which ``--verbose`` prints."""


def verbs(command: Any, path: tuple[str, ...], context: Any) -> Iterator[tuple[str, Any]]:
    """Yield each verb below a command by its words."""
    import typer

    if not hasattr(command, "list_commands"):
        yield " ".join(path), command
        return
    names = list(command.list_commands(context)) + ([] if path else list(UNLISTED))
    for name in names:
        found = command.get_command(context, name)
        assert found is not None, (*path, name)
        yield from verbs(found, (*path, name), typer.Context(found, info_name=name, parent=context))


def every_verb() -> dict[str, Any]:
    import typer.main

    root = typer.main.get_command(program())
    return dict(verbs(root, (), root.make_context("workshop", ["doctor"], resilient_parsing=True)))


VERBS = every_verb()


def options(verb: str) -> list[set[str]]:
    """Return the names of each option of a verb."""
    params = [each for each in VERBS[verb].params if each.param_type_name == "option"]
    return [{*each.opts, *each.secondary_opts} for each in params]


def test_every_verb_was_found() -> None:
    assert {"doctor", "data fetch", "update source set", "appliance build", "cluster delete"} <= VERBS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_a_letter_stands_for_the_same_word(verb: str) -> None:
    for names in options(verb):
        for letter, word in LETTERS.items():
            assert letter not in names or word in names, names
            assert word not in names or word == "--yes" or letter in names, names


@pytest.mark.parametrize(("option", "wanted"), [("--quiet", WITH_PROGRESS), ("--verbose", RUNS_PROGRAMS)])
def test_verbs_with_progress_or_programs_have_the_option_and_no_others(option: str, wanted: set[str]) -> None:
    having = [each for verb in VERBS for each in VERBS[verb].params if option in each.opts]
    assert {verb for verb in VERBS if any(option in each for each in options(verb))} == wanted
    assert len({each.help for each in having}) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_says_what_it_is_for(verb: str) -> None:
    params = [each for each in VERBS[verb].params if each.param_type_name == "option"]
    assert [each.name for each in params if not (each.hidden or (each.help or "").strip())] == []
    assert (VERBS[verb].help or "").strip()
