"""What the command prints is what it was told to print."""

from __future__ import annotations

import pytest

from workshop.core import output

TEXT = "TASK [python-venv : Make it] in [/srv/a] took [red]12[/red] seconds"


@pytest.mark.parametrize("console", [output.console, output.messages], ids=["stdout", "stderr"])
def test_brackets_are_printed_not_read_as_markup(
    capsys: pytest.CaptureFixture[str], console: output.Console
) -> None:
    console.print(TEXT)
    printed = capsys.readouterr()
    assert (printed.out or printed.err) == f"{TEXT}\n"
