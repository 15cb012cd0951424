"""``--quiet`` silences progress and nothing else; ``--verbose`` prints each program that is run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from workshop.core import output, programs
from workshop.core.options import Quiet, Verbose

app = typer.Typer()


@app.command()
def work(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Do what verbs do."""
    with output.Progress(output.steps) as progress:
        progress.say("at work")
    programs.run("echo", "two words")
    output.messages.print("a fault")
    output.console.print("result")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave both as they were."""
    yield
    output.steps.quiet = False
    programs.announce = None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([], ["at work", "a fault"]),
        (["-q"], ["a fault"]),
        (["--quiet", "--verbose"], ["echo 'two words'", "a fault"]),
        (["-v"], ["at work", "echo 'two words'", "a fault"]),
    ],
)
def test_quiet_and_verbose(words: list[str], shown: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert done.stdout == "result\n"
    lines = done.stderr.splitlines()
    assert len(lines) == len(shown)
    assert all(line.endswith(end) for line, end in zip(lines, shown, strict=True)), lines
