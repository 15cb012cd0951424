"""The ``workshop`` command: it finds the capability that a word names and calls it.

Each capability keeps its own small command line in ``workshop/<capability>/cli.py``; it is
imported only when its word is used, so that the command starts quickly and an environment needs
only what it runs.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from workshop import __version__
from workshop.errors import WorkshopError
from workshop.lazy import lazy_group
from workshop.output import messages

CAPABILITIES = {
    "doctor": ("workshop.machine.cli", "Can this machine run the workshop?"),
    "data": ("workshop.datasets.cli", "List, fetch and verify data sets and models."),
    "lessons": ("workshop.lessons.cli", "List, run and check the lessons."),
    "web": ("workshop.web.cli", "Put the start page and the demos together; serve them."),
    "slides": ("workshop.slides.cli", "List, check and print the slides."),
    "sync": ("workshop.sync.cli", "Bring the newest notebooks and keep every edit."),
    "pull": ("workshop.sync.pull", "Update this machine to the newest signed revision."),
    "updates": (
        "workshop.sync.choose",
        "Choose from where, and on whose word, this machine is updated.",
    ),
    "thumbdrive": ("workshop.thumbdrive.cli", "Fill thumb drives: plan, stage, write many, verify."),
    "appliance": ("workshop.appliance.cli", "Build, export and verify the virtual machine."),
    "bench": ("workshop.bench", "Measure the README's performance figures."),
}


app = typer.Typer(
    cls=lazy_group(CAPABILITIES),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"workshop {__version__}")
        raise typer.Exit()


@app.callback()
def workshop(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Run the Deep Learning Workshop on this machine."""


INTERRUPTED = 130
"""The status of a command that Ctrl-C ended, by the shells' convention."""


def main() -> None:
    """Run the command; a user's mistake or a fault of the machine ends in one line, not a traceback."""
    try:
        app()
    except (WorkshopError, OSError, KeyboardInterrupt) as error:
        end_with(error)
    except SystemExit as end:
        # Typer turns Ctrl-C into this status without a word.
        if end.code == INTERRUPTED:
            _say("interrupted; it is safe to run again")
        raise


def end_with(error: WorkshopError | OSError | KeyboardInterrupt) -> NoReturn:
    """Say in one line what happened and end the program with its status."""
    if isinstance(error, KeyboardInterrupt):
        _say("interrupted; it is safe to run again")
        sys.exit(INTERRUPTED)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        _say(f"{error.strerror or error}{where}", style="red")
    else:
        _say(str(error), style="red")
    sys.exit(1)


def _say(text: str, style: str = "") -> None:
    """Print one line on stderr, exactly as it is."""
    messages.print(f"workshop: {text}", style=style, markup=False, highlight=False)


if __name__ == "__main__":
    main()
