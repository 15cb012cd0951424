"""The ``workshop`` command: it finds the capability that a word names and calls it.

Each capability keeps its own small command line in ``workshop/<capability>/cli.py``; it is
imported only when its word is used, so that the command starts quickly and an environment needs
only what it runs. Other packages add words of their own (``workshop.plugins``).
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from workshop import __version__, plugins
from workshop.ending import one_error_path
from workshop.lazy import lazy_group

CAPABILITIES = {
    "doctor": ("workshop.machine.cli", "Can this machine run the workshop?"),
    "data": ("workshop.datasets.cli", "List, fetch and verify data sets and models."),
    "lessons": ("workshop.lessons.cli", "List, run and check the lessons."),
    "web": ("workshop.site.cli", "Put the start page and the demos together; serve them."),
    "slides": ("workshop.site.slides_cli", "List, check, print and publish the slides; let the room vote."),
    "sync": ("workshop.sync.cli", "Bring the newest notebooks and keep every edit."),
    "pull": ("workshop.sync.pull", "Update this machine to the newest signed revision."),
    "updates": (
        "workshop.sync.choose",
        "Choose from where, and on whose word, this machine is updated.",
    ),
    "bench": ("workshop.bench", "Measure the README's performance figures."),
}


class Words(lazy_group(CAPABILITIES)):  # type: ignore[misc]  # a class that is made at run time
    """The words of this package, and those that others add."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the words in the order in which the help shows them."""
        return [*CAPABILITIES, *plugins.ORGANISERS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import what the word names; None when there is no such word."""
        return super().get_command(ctx, cmd_name) or plugins.command(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the words without importing what is behind them."""
        super().format_commands(ctx, formatter)
        with formatter.section("For organisers (package organiser)"):
            formatter.write_dl(list(plugins.ORGANISERS.items()))


app = typer.Typer(
    cls=Words,
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


def main() -> None:
    """Run the command; how it ends is in ``workshop.ending``."""
    with one_error_path():
        sys.exit(app(standalone_mode=False))


if __name__ == "__main__":
    main()
