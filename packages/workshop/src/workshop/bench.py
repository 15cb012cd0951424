"""``workshop bench NAME``: find the benchmarks of the checkout, which no wheel has."""

from __future__ import annotations

import importlib
import sys

import typer

from workshop.core.command import Table, ended_cleanly, lazy_group
from workshop.core.settings import find_checkout

LIST = "benchmarks/__init__.py"


def find_benches() -> Table:
    """Return the benchmarks' table, and make them and the packages of their checkout importable.

    Raises WorkshopError where there is no checkout.
    """
    checkout = find_checkout(LIST)
    # At the end: what this environment has installed comes first.
    for folder in (checkout, *sorted(checkout.glob("packages/*/src"))):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    table: Table = importlib.import_module("benchmarks").BENCHES
    return table


app = typer.Typer(
    cls=lazy_group(find_benches),
    no_args_is_help=True,
    help="Measure the performance figures of docs/status.md, peers side by side in one run.",
)


@app.callback()
def bench(context: typer.Context) -> None:
    """Measure the performance figures of docs/status.md, peers side by side in one run."""
    # Told to end, a bench does not leave at work what it started: services, hubs, kernels.
    context.with_resource(ended_cleanly())
