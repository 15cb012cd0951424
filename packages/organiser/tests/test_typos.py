"""A wrong word gets the nearest right one as a suggestion, in every group of the command."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from workshop.core.command import program

TYPOS = {
    "doctr": "doctor",
    "docter": "doctor",
    "opne": "open",
    "doc": "docs",
    "dcos": "docs",
    "dta": "data",
    "leson": "lessons",
    "lesson": "lessons",
    "slide": "slides",
    "upate": "update",
    "courses": "course",
    "benhc": "bench",
    "aplliance": "appliance",
    "images": "image",
    "sticks": "stick",
    "class": "classroom",
    "clustr": "cluster",
    "data fech": "fetch",
    "data vrify": "verify",
    "data lst": "list",
    "lessons rn": "run",
    "lessons chek": "check",
    "lessons wram": "warm",
    "lessons reprot": "report",
    "slides vot": "vote",
    "slides pubish": "publish",
    "slides pfd": "pdf",
    "update notebook": "notebooks",
    "update machin": "machine",
    "update udno": "undo",
    "update source shwo": "show",
    "course ad": "add",
    "course remov": "remove",
    "appliance biuld": "build",
    "appliance verfy": "verify",
    "image rnu": "run",
    "stick pln": "plan",
    "stick wrte": "write",
    "classroom seat": "seats",
    "classroom relase": "release",
    "classroom speaker": "speaker-code",
    "cluster prepar": "prepare",
    "data fetch --offlin": "--offline",
    "doctor --thorugh": "--thorough",
    "update notebooks --dryrun": "--dry-run",
    "--verison": "--version",
}


def error_of(words: str) -> str:
    """Return the last line of what a wrong command prints."""
    done = CliRunner().invoke(program(), words.split())
    assert done.exit_code == 2
    return str(done.stderr.strip().splitlines()[-1])


@pytest.mark.parametrize(("typed", "meant"), TYPOS.items())
def test_the_nearest_word_is_suggested(typed: str, meant: str) -> None:
    said = error_of(typed)
    assert said.partition("Did you mean ")[2].startswith(f"'{meant}'") or f"options: {meant})" in said, said


@pytest.mark.parametrize("typed", ["install", "jupyter", "list", "help"])
def test_a_word_like_no_other_gets_no_suggestion(typed: str) -> None:
    assert error_of(typed) == f"Error: No such command '{typed}'."
