"""``workshop sync`` as one of the workshop's words; ``command`` does it all."""

from __future__ import annotations

import typer

from workshop.sync import command

app = typer.Typer()


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def sync(context: typer.Context) -> None:
    """Bring the newest notebooks and keep every edit."""
    command.main(context.args)
