"""``workshop data``: list, fetch and verify the data sets and models of the catalogue."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet
from workshop.core.output import Progress, console, messages, print_json, steps
from workshop.core.settings import load_settings
from workshop.datasets.catalogue import Dataset, choose, load_catalogue
from workshop.datasets.fetch import Options, Result, fetch_all
from workshop.datasets.store import Store

app = typer.Typer(no_args_is_help=True, help="List, fetch and verify data sets and models.")

Names = Annotated[list[str] | None, typer.Argument(help="Data sets; default: all.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Into = Annotated[Path | None, typer.Option("--into", help="The data folder; default: this machine's.")]
CatalogueFile = Annotated[
    Path | None, typer.Option("--catalogue", help="Catalogue of data sets; default: the workshop's.")
]


@app.command("list", epilog="Example: workshop data list")
def list_(json: Json = False, into: Into = None, catalogue: CatalogueFile = None) -> None:
    """List the data sets: size, whether present, licence, credit."""
    store = _store(into)
    rows = [_row(dataset, store) for dataset in load_catalogue(catalogue).values()]
    if json:
        print_json({"data": str(store.folder), "datasets": rows})
        return
    for row in rows:
        console.print(
            f"{row['name']:<20} {row['bytes'] / 1e6:7.1f} MB  {row['state']:<8} {row['purpose']}\n"
            f"{'':<20} licence: {row['licence']}; credit: {row['credit']}",
        )


@app.command(epilog="Example: workshop data fetch mnist")
def fetch(
    names: Names = None,
    json: Json = False,
    into: Into = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Cache folder: its data/ is read first and gets copies.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use only the stick and the cache.")] = False,
    allow_unavailable: Annotated[
        bool, typer.Option("--allow-unavailable", help="Exit 0 even if no source has some of the files.")
    ] = False,
    catalogue: CatalogueFile = None,
    quiet: Quiet = False,
) -> None:
    """Download what is missing of the data sets.

    Exit 1 when no source has some of the files, unless --allow-unavailable is given.
    """
    settings = load_settings()
    known = load_catalogue(catalogue)
    cache = cache or settings.cache
    # For our own look-ups; children get the same from net.environment.
    os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:2")
    options = Options(
        folders=tuple(folder for folder in (settings.stick, cache) if folder),
        cache=cache,
        offline=offline or settings.offline,
        ca_bundle=settings.ca_bundle,
    )
    results = fetch_all(choose(known, names or []), known.values(), _store(into), options, Progress(steps))
    _report(results, json)
    if not allow_unavailable and any(result.state == "unavailable" for result in results):
        raise typer.Exit(1)


@app.command(epilog="Example: workshop data verify mnist")
def verify(
    names: Names = None, json: Json = False, into: Into = None, catalogue: CatalogueFile = None
) -> None:
    """Check the hash of every file; exit 1 if one is wrong. Missing files are only listed."""
    known = load_catalogue(catalogue)
    store = _store(into)
    rows = []
    for dataset in choose(known, names or []):
        wrong = [file.name for file in dataset.files if _is_wrong(store, dataset, file)]
        missing = [file.name for file in dataset.files if not store.path(dataset, file).exists()]
        state = "wrong" if wrong else "missing" if missing else "right"
        rows.append({"name": dataset.name, "state": state, "wrong": wrong, "missing": missing})
        if not json:
            detail = ": " + ", ".join(wrong or missing) if 0 < len(wrong or missing) < 6 else ""
            console.print(f"{dataset.name:<20} {state}{detail}")
    if store.folder.is_dir():
        with contextlib.suppress(OSError):  # who may not write here still wants to know
            store.write_stamp(known.values())  # so that the next fetch replaces what is wrong
    if json:
        print_json({"data": str(store.folder), "datasets": rows})
    if any(row["wrong"] for row in rows):
        raise WorkshopError("some files are wrong; run 'workshop data fetch' to replace them")


def _is_wrong(store: Store, dataset: Dataset, file: Any) -> bool:
    return store.path(dataset, file).exists() and not store.verify(dataset, file)


def _store(into: Path | None) -> Store:
    return Store((into or load_settings().data).absolute())


def _row(dataset: Dataset, store: Store) -> dict[str, Any]:
    here = sum(store.has(dataset, file) for file in dataset.files)
    state = "present" if here == len(dataset.files) else "partial" if here else "missing"
    return {
        "name": dataset.name,
        "purpose": dataset.purpose,
        "state": state,
        "bytes": dataset.size,
        "files": len(dataset.files),
        "licence": dataset.licence,
        "credit": dataset.credit,
        "sources": [source.label for source in dataset.sources],
    }


def _report(results: list[Result], json: bool) -> None:
    changed = any(result.state == "fetched" for result in results)
    for result in results:
        if result.state == "unavailable":
            messages.print(f"{result.name}: unavailable: {result.why}")
    if json:
        print_json({"changed": changed, "datasets": [result.as_dict() for result in results]})
        return
    states = [result.state for result in results]
    counts = {state: states.count(state) for state in ("present", "fetched", "unavailable")}
    console.print(", ".join(f"{count} {state}" for state, count in counts.items() if count))
