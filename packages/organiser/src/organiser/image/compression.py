"""How layers are compressed: by zstd, which gives the smaller ones, or by gzip, which every reader knows.

Layers by zstd (image-spec 1.1, "+zstd Media Types") are read by podman, by containerd, and by Docker since
version 23.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from workshop.errors import WorkshopError
from workshop.system import programs

CHUNK = 1 << 20


@dataclass(frozen=True)
class Compression:
    """One way."""

    name: str
    media_type: str
    suffix: str
    words: tuple[str, ...]
    """Of the program; higher levels of zstd, and wider windows than 128 MiB, ask more memory of a reader
    than it gives unasked."""


_TYPE = "application/vnd.oci.image.layer.v1.tar"
GZIP = Compression("gzip", f"{_TYPE}+gzip", ".tar.gz", ("--no-name", "-6"))
ZSTD = Compression("zstd", f"{_TYPE}+zstd", ".tar.zst", ("-12", "--long=27", "-T2", "--quiet"))
COMPRESSIONS = {each.name: each for each in (ZSTD, GZIP)}
"""The first one is the default."""
BY_TYPE = {each.media_type: each for each in COMPRESSIONS.values()}


def parse(name: str) -> Compression:
    """Return a way by its name; WorkshopError when it is unknown, or its program is not here."""
    if name not in COMPRESSIONS:
        raise WorkshopError(f"there is no compression {name!r}; choose from {', '.join(COMPRESSIONS)}")
    if name == ZSTD.name:
        programs.find("zstd")
    return COMPRESSIONS[name]


def compress(way: Compression, plain: Path, target: Path) -> None:
    """Write a file compressed; the same bytes give the same file. WorkshopError when the program fails."""
    with target.open("wb") as file:
        command = [programs.find(way.name), *way.words, "--stdout", plain]
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        why = programs.last_line(done.stderr.decode(errors="replace"))
        raise WorkshopError(f"{way.name} failed: {why or f'status {done.returncode}'}")


@contextmanager
def uncompressed(way: Compression, packed: Path) -> Iterator[BinaryIO]:
    """Read what a file holds compressed.

    Raises WorkshopError when it is damaged, or was not read to its end.
    """
    with subprocess.Popen(
        [programs.find(way.name), "--decompress", "--stdout", "--quiet", packed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield cast(BinaryIO, process.stdout)
        while process.stdout.read(CHUNK):
            pass
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise WorkshopError(f"{packed.name} is damaged: {programs.last_line(said)}")
