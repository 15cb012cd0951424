"""Groups of commands that import a command only when its word is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import typer
import typer.core
import typer.main

from workshop.errors import WorkshopError

Table = dict[str, tuple[str, str]]
"""For each word the module whose ``app`` it runs, and one line of help."""

OURS = ("workshop", "organiser", "bubblebreaker", "benchmarks")
"""Packages of which a missing module is a fault, not a matter of the environment."""


def lazy_group(table: Table | Callable[[], Table]) -> type[typer.core.TyperGroup]:
    """Return a class of group whose words are those of ``table``; pass it to ``typer.Typer(cls=…)``.

    Args:
        table: The words, or what finds them when one is asked for.
    """

    def words() -> Table:
        return table() if callable(table) else table

    class LazyGroup(typer.core.TyperGroup):
        """A group whose commands are imported when they are asked for."""

        def list_commands(self, ctx: Any) -> list[str]:
            """Return the words in the order in which the help shows them."""
            return list(words())

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Import what the word names; None when there is no such word."""
            found = words().get(cmd_name)
            return None if found is None else as_command(found[0], cmd_name)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """List the words without importing what is behind them."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in words().items()])

    return LazyGroup


def as_command(module: str, word: str) -> Any:
    """Import the ``app`` of a module as the command of a word.

    Raises WorkshopError that names a package which this environment lacks.
    """
    try:
        app: typer.Typer = importlib.import_module(module).app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        raise WorkshopError(
            f"'workshop {word}' needs the package {error.name}, which this environment lacks; "
            "use the workshop's jupyter environment"
        ) from error
    command = typer.main.get_command(app)
    command.name = word
    return command
