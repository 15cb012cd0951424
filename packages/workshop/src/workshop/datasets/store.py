"""The data folder: verified files only, written beside and renamed, and a note of what was verified.

Everything here is safe to kill at any moment: a file has its final name only when its content was
right and is on the disk.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file, locked, put_in_place, written_whole
from workshop.datasets import STAMP
from workshop.datasets.catalogue import Dataset, File

CHUNK = 1 << 20
SCRATCH = ".fetching"
"""Below the data folder: unfinished downloads (``*.part``, resumed later) and temporary files."""


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, none at the end."""


class WrongContentError(Exception):
    """What a source delivered is not the file that the catalogue names; the message says why."""


class Store:
    """One data folder, used by one process at a time (see ``locked``)."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which need not exist yet."""
        self.folder = folder
        self.scratch = folder / SCRATCH
        self._guard = threading.Lock()
        self._verified = self._read_stamp()

    def path(self, dataset: Dataset, file: File) -> Path:
        """Return where ``file`` lies or will lie."""
        return self.folder / dataset.name / file.name

    def has(self, dataset: Dataset, file: File) -> bool:
        """Tell whether the file is there and right, without reading it again when it was not touched."""
        path = self.path(dataset, file)
        try:
            status = path.stat()
        except OSError:
            return False
        if file.bytes not in (None, status.st_size):
            return False
        if self._verified.get(f"{dataset.name}/{file.name}") == _mark(file, status):
            return True
        return self.verify(dataset, file)

    def verify(self, dataset: Dataset, file: File) -> bool:
        """Hash the file and note the result; False when it is missing or wrong."""
        key = f"{dataset.name}/{file.name}"
        path = self.path(dataset, file)
        try:
            before = path.stat()
            right = hash_file(path) == file.sha256
        except OSError:
            right = False
        with self._guard:
            if right:
                self._verified[key] = _mark(file, before)
            else:
                self._verified.pop(key, None)
        return right

    def add(self, dataset: Dataset, file: File, chunks: Iterable[bytes]) -> None:
        """Write ``chunks`` as the file; WrongContentError, and nothing kept, when they are not it."""
        try:
            with written_whole(self.path(dataset, file), scratch=self.scratch) as out:
                _write_checked(file, chunks, out)
        except OSError as error:
            raise full_disk(error, self.folder) from error
        self._note(dataset, file)

    def adopt(self, dataset: Dataset, file: File, temporary: Path) -> None:
        """Take a finished file of the same file system in, if it is right; it is gone afterwards."""
        try:
            if file.bytes not in (None, temporary.stat().st_size) or hash_file(temporary) != file.sha256:
                raise WrongContentError(describe_wrong(temporary))
            put_in_place(temporary, self.path(dataset, file), 0o644)
        finally:
            temporary.unlink(missing_ok=True)
        self._note(dataset, file)

    def _note(self, dataset: Dataset, file: File) -> None:
        status = self.path(dataset, file).stat()
        with self._guard:
            self._verified[f"{dataset.name}/{file.name}"] = _mark(file, status)

    def write_stamp(self, datasets: Iterable[Dataset]) -> None:
        """Note on disk what was verified, and which files the data sets have.

        What another catalogue brought here stays noted.
        """
        with self._guard:
            listed = {name: files for name, files in self._listed().items() if (self.folder / name).is_dir()}
            listed |= {dataset.name: [file.name for file in dataset.files] for dataset in datasets}
            text = json.dumps({"datasets": listed, "files": self._verified}, indent=1, sort_keys=True)
            stamp = self.folder / STAMP
            with contextlib.suppress(OSError, UnicodeDecodeError):
                if stamp.read_text(encoding="utf-8") == text:
                    return
            try:
                with written_whole(stamp, scratch=self.scratch) as out:
                    out.write(text.encode())
            except OSError as error:
                raise full_disk(error, self.folder) from error

    def _listed(self) -> dict[str, object]:
        """Return the data sets and their files as the last fetch noted them."""
        try:
            return dict(json.loads((self.folder / STAMP).read_text(encoding="utf-8"))["datasets"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _read_stamp(self) -> dict[str, list[object]]:
        try:
            files = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))["files"]
            return {str(key): list(value) for key, value in files.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    @contextlib.contextmanager
    def locked(self, on_wait: Callable[[], None]) -> Iterator[None]:
        """Keep other fetches out of this folder; ``on_wait`` is called when one is at work."""
        with contextlib.ExitStack() as held:
            try:
                self.scratch.mkdir(parents=True, exist_ok=True)
                held.enter_context(locked(self.scratch / "lock", on_wait))
            except OSError as error:
                raise WorkshopError(
                    f"cannot write to the data folder {self.folder}: {error.strerror}; "
                    "run as its owner or choose another with --into"
                ) from error
            self._verified = self._read_stamp()
            self.clean()
            yield

    def clean(self) -> None:
        """Remove what a killed fetch left; unfinished downloads stay, to be resumed."""
        for left in (*self.scratch.glob("tmp-*"), *self.scratch.glob(".*")):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def require_space(self, needed: int) -> None:
        """Raise WorkshopError when fewer than ``needed`` bytes (and a small reserve) are free."""
        free = shutil.disk_usage(self.folder).free
        if free < needed + (32 << 20):
            raise WorkshopError(
                f"the data needs {needed / 1e6:.0f} MB in {self.folder}, where {free / 1e6:.0f} MB are free; "
                "make room, or name fewer data sets"
            )


def read_chunks(stream: Readable) -> Iterator[bytes]:
    """Yield a stream's bytes in pieces of at most 1 MiB."""
    while chunk := stream.read(CHUNK):
        yield chunk


def describe_wrong(path: Path) -> str:
    """Say what a wrong file looks like."""
    with path.open("rb") as opened:
        return looks_like(opened.read(512), path.stat().st_size)


def looks_like(head: bytes, size: int) -> str:
    """Say in a few words what was delivered instead, from its first bytes and its size."""
    start = head.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "it answered with a web page (perhaps the network's sign-in page)"
    return f"it delivered a wrong file ({size} bytes)"


def _write_checked(file: File, chunks: Iterable[bytes], out: IO[bytes]) -> None:
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in chunks:
        head = head or chunk[:512]
        size += len(chunk)
        # Stop early: a wrong or malicious archive must not fill the disk.
        if size > (file.bytes or 2 * file.about):
            raise WrongContentError(looks_like(head, size))
        digest.update(chunk)
        out.write(chunk)
    if digest.hexdigest() != file.sha256:
        raise WrongContentError(looks_like(head, size))


def _mark(file: File, status: os.stat_result) -> list[object]:
    return [file.sha256, status.st_size, status.st_mtime_ns]


def full_disk(error: OSError, folder: Path) -> Exception:
    """Turn a full disk into one line; any other fault stays as it is."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorkshopError(
            f"the disk of {folder} is full; free some space and run again (no file was damaged)"
        )
    return error
