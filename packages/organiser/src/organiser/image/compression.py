"""How layers are compressed: by zstd, which gives the smaller ones, or by gzip, which every reader knows.

Layers by zstd (image-spec 1.1, "+zstd Media Types") are read by podman, by containerd, and by Docker since
version 23.
"""

from __future__ import annotations

import gzip
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


GZIP = Compression("gzip", "application/vnd.oci.image.layer.v1.tar+gzip", ".tar.gz")
ZSTD = Compression("zstd", "application/vnd.oci.image.layer.v1.tar+zstd", ".tar.zst")
COMPRESSIONS = {each.name: each for each in (ZSTD, GZIP)}
"""The first one is the default."""
BY_TYPE = {each.media_type: each for each in COMPRESSIONS.values()}
GZIP_LEVEL = 6
ZSTD_WORDS = ("-12", "--long=27", "-T2", "-q")
"""Higher levels, and wider windows than 128 MiB, ask more memory of a reader than it gives unasked."""


def parse(name: str) -> Compression:
    """Return a way by its name; WorkshopError when it is unknown, or its program is not here."""
    if name not in COMPRESSIONS:
        raise WorkshopError(f"there is no compression {name!r}; choose from {', '.join(COMPRESSIONS)}")
    if name == ZSTD.name:
        programs.find("zstd")
    return COMPRESSIONS[name]


@contextmanager
def compressed(way: Compression, target: Path) -> Iterator[BinaryIO]:
    """Open a file for writing, compressed; the same bytes give the same file.

    Raises WorkshopError when the program fails.
    """
    with target.open("wb") as file:
        if way is GZIP:
            with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as stream:
                yield cast(BinaryIO, stream)
            return
        command = [programs.find("zstd"), *ZSTD_WORDS, "-c"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.PIPE)
        try:
            assert process.stdin is not None
            yield cast(BinaryIO, process.stdin)
            said = process.communicate()[1]
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
    if process.returncode:
        why = programs.last_line(said.decode(errors="replace"))
        raise WorkshopError(f"zstd failed: {why or f'status {process.returncode}'}")


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
