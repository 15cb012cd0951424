"""Groups of commands that import a command only when its word is used."""

from __future__ import annotations

import importlib
from typing import Any

import typer
import typer.core
import typer.main

from workshop.errors import WorkshopError

Table = dict[str, tuple[str, str]]
"""For each word the module whose ``app`` it runs, and one line of help."""


def lazy_group(table: Table) -> type[typer.core.TyperGroup]:
    """Return a class of group whose words are those of ``table``; pass it to ``typer.Typer(cls=…)``."""

    class LazyGroup(typer.core.TyperGroup):
        """A group whose commands are imported when they are asked for."""

        def list_commands(self, ctx: Any) -> list[str]:
            """Return the words in the order in which the help shows them."""
            return list(table)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Import what the word names; None when there is no such word."""
            if cmd_name not in table:
                return None
            command = typer.main.get_command(_load(*table[cmd_name], word=cmd_name))
            command.name = cmd_name
            return command

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """List the words without importing what is behind them."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in table.items()])

    return LazyGroup


def _load(module: str, _help: str, word: str) -> typer.Typer:
    """Import ``module`` and return its app; a missing package is named in one line."""
    try:
        app: typer.Typer = importlib.import_module(module).app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "workshop":
            raise
        raise WorkshopError(
            f"'workshop {word}' needs the package {error.name}, which this environment lacks; "
            "use the workshop's jupyter environment"
        ) from error
    return app
