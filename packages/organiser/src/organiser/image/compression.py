"""How layers are compressed: by zstd, which gives the smaller ones, or by gzip, which every reader knows.

Layers by zstd (image-spec 1.1, "+zstd Media Types") are read by podman, by containerd, and by Docker since
version 23. Python knows zstd since 3.14; an older one asks the program of that name.
"""

from __future__ import annotations

import gzip
import importlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from workshop.errors import WorkshopError
from workshop.system import programs

CHUNK = 1 << 20
MAGIC = b"\x28\xb5\x2f\xfd"
"""What zstd begins with (RFC 8878, 3.1.1); its program would take gzip's as well."""


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
def uncompressed(way: Compression, source: Any) -> Iterator[BinaryIO]:
    """Read what ``source`` holds compressed; it is read to its end.

    Raises WorkshopError when nothing here knows the way; OSError, EOFError or zlib.error when the
    content is damaged.
    """
    if way is GZIP:
        with gzip.GzipFile(fileobj=source) as stream:
            yield cast(BinaryIO, stream)
        return
    try:
        zstd = importlib.import_module("compression.zstd")
    except ImportError:
        with _by_program(source) as piped:
            yield piped
        return
    try:
        with zstd.ZstdFile(source) as stream:
            yield stream
    except zstd.ZstdError as error:
        raise OSError(f"zstd: {error}") from error


@contextmanager
def _by_program(source: Any) -> Iterator[BinaryIO]:
    program = shutil.which("zstd")
    if program is None:
        raise WorkshopError(
            "its layers are compressed by zstd, which this Python does not know; "
            "use Python 3.14 or newer, or install zstd"
        )
    begin = source.read(len(MAGIC))
    if begin != MAGIC:
        raise OSError("zstd: it begins otherwise")
    process = subprocess.Popen(
        [program, "-d", "-c", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    feeder = threading.Thread(target=_feed, args=(begin, source, process.stdin), daemon=True)
    feeder.start()
    try:
        yield cast(BinaryIO, process.stdout)
        whole = not process.stdout.read(1)
    finally:
        # A reader that stopped: the program hears that nobody listens, and the feeder that nobody takes.
        process.stdout.close()
        feeder.join()
        said = process.stderr.read().decode(errors="replace")
        process.stderr.close()
        status = process.wait()
    if status or not whole:
        raise OSError(f"zstd: {programs.last_line(said) or f'status {status}'}")


def _feed(begin: bytes, source: Any, stdin: Any) -> None:
    try:
        # Who stopped reading wants no more.
        with suppress(BrokenPipeError):
            stdin.write(begin)
            while data := source.read(CHUNK):
                stdin.write(data)
    finally:
        with suppress(BrokenPipeError):
            stdin.close()
