"""One stick, made equal to the staged folder. Safe to kill at any moment and to run again.

rsync copies. What it does not do is done here: files that are not ours stay, each file is read back from
the stick itself, and until all of them are right the stick has no list of hashes, so that it cannot pass for
a whole one.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.thumbdrive.drives import FAT32_LARGEST, Place
from organiser.thumbdrive.names import CLOSING
from organiser.thumbdrive.ownership import only_run, read_own, remove_own, require_no_clash, write_own
from organiser.thumbdrive.parallel import Row
from organiser.thumbdrive.sums import Entry, read_sums
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file

CHUNK = 1 << 20
FLAGS = (
    "--times",  # by size and time the next run knows what is right; FAT has neither owner nor permissions
    "--omit-dir-times",  # folders may also have files of others
    "--modify-window=2",  # FAT32 keeps times to two seconds
    "--inplace",  # a large file needs no second place
    "--no-whole-file",  # and only what changed in it is written
    "--fsync",  # what is read back is on the stick
    "--from0",
    "--files-from=-",  # our files; the folder may have others
    "--no-human-readable",
    "--8-bit-output",
    "--info=progress2,stats2",
    "--out-format=%i %n",
)
_COPIED = re.compile(r">f\S+ (.+)")
_PROGRESS = re.compile(r"\s*(\d+) +\d+% ")
_WRITTEN = re.compile(r"Literal data: (\d+) ")
_ERROR = re.compile(r"^rsync: .*\((\d+)\)$", re.MULTILINE)
_PARTIAL = 23
"""rsync's status for a file or an attribute that it could not set; which of the two, reading back shows."""
WORDS = {
    **dict.fromkeys(
        (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.ENOENT),
        "the stick does not answer any more; was it pulled out? Plug it in, mount it and write again",
    ),
    **dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM),
        "cannot be written to; is it locked, or mounted read-only?",
    ),
    errno.ENOSPC: "the stick is full; take a larger one or delete other files, and write again",
    errno.EFBIG: "the file system cannot hold so large a file; format the stick as exFAT (--format exfat)",
}
"""What each fault of a stick means to a person."""
_NO_MODES = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP}
"""What programs that mount FAT32 say when rsync gives a new file a mode; the kernel ignores it."""


@dataclass
class Written:
    """What was done to one stick."""

    place: str
    written: int
    """Bytes that were written to the stick, apart from the lists."""
    read_back: int
    """Bytes of the files that were read back and compared."""
    files: int
    kept: int
    removed: int
    seconds: float

    def as_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return vars(self) | {"seconds": round(self.seconds, 2), "changed": bool(self.files or self.removed)}


def write_stick(stage: Path, place: Place, wanted: Mapping[str, Entry], reread: bool, row: Row) -> Written:
    """Make the stick equal to the staged folder; the list of hashes comes last.

    reread: also read back the files that list, size and time call right.

    Raises WorkshopError in one line for whatever goes wrong with the stick.
    """
    started, folder = time.monotonic(), place.folder
    try:
        with only_run(folder):
            own = read_own(folder)
            require_no_clash(folder, wanted, own)
            require_fits(place, wanted, own)
            listed = _listed(folder)
            # Before the first file: should this run be killed, the next one knows what it began.
            write_own(folder, own | set(wanted))
            removed = own - set(wanted) - set(CLOSING)
            for name in (*CLOSING, *removed):
                remove_own(folder, name)
            row.begin("writing", sum(entry.bytes for entry in wanted.values()))
            copied, written = rsync(stage, folder, wanted, row)
            unsure = {name for name in wanted if reread or listed.get(name) != wanted[name].sha256} | copied
            wrong = read_back(folder, unsure, wanted, row)
            if wrong and not wrong & copied:  # damaged since, or another file of the same size and time
                mended, more = rsync(stage, folder, wrong, row, "--ignore-times")
                copied, written = copied | mended, written + more
                wrong = read_back(folder, wrong, wanted, row)
            if wrong:
                raise _different(stage, min(wrong & copied or wrong), wanted)
            for name in CLOSING:
                if (stage / name).exists():
                    rsync(stage, folder, [name], row)
            write_own(folder, wanted)
    except OSError as error:
        raise WorkshopError(f"{folder}: {_plainly(error)}") from error
    return Written(
        place=str(folder),
        written=written,
        read_back=sum(wanted[name].bytes for name in unsure),
        files=len(copied),
        kept=len(wanted) - len(copied),
        removed=len(removed),
        seconds=time.monotonic() - started,
    )


def require_fits(place: Place, wanted: Mapping[str, Entry], own: set[str]) -> None:
    """Raise WorkshopError when the stick is too small or cannot hold a file so large."""
    folder = place.folder
    largest = max(wanted, key=lambda name: wanted[name].bytes)
    if place.is_fat32 and wanted[largest].bytes > FAT32_LARGEST:
        raise WorkshopError(
            f"{folder} is FAT32, which cannot hold {largest} ({wanted[largest].bytes / 1e9:.1f} GB, "
            "more than 4 GiB); format the stick as exFAT (--format exfat)"
        )
    there = sum((folder / name).stat().st_size for name in {*own, *wanted} if (folder / name).is_file())
    needed = sum(entry.bytes for entry in wanted.values()) - there
    if needed > place.free:
        raise WorkshopError(
            f"{folder} is too small: {needed / 1e6:,.0f} MB more are needed and {place.free / 1e6:,.0f} MB "
            "are free; use a larger stick or leave out parts"
        )


def _listed(folder: Path) -> Mapping[str, str]:
    """Return the stick's list of hashes; nothing where there is none, or a damaged one."""
    try:
        return read_sums(folder) or {}
    except WorkshopError:
        return {}


def rsync(stage: Path, folder: Path, names: Iterable[str], row: Row, *flags: str) -> tuple[set[str], int]:
    """Copy those of the files that differ; return their names, and the bytes that were written.

    Raises OSError with the number that rsync names, WorkshopError for what has none.
    """
    copied: set[str] = set()
    written = done = 0
    # Where this process is killed, rsync ends as well, and is not in the way of the next run.
    command = [programs.find("setpriv"), "--pdeathsig", "TERM", programs.find("rsync"), *FLAGS, *flags]
    with tempfile.TemporaryFile() as listed, tempfile.TemporaryFile("w+", errors="replace") as errors:
        listed.write("\0".join(names).encode())
        listed.seek(0)
        with subprocess.Popen(
            [*command, f"{stage}/", f"{folder}/"],
            stdin=listed,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
        ) as process:
            try:
                for line in process.stdout or ():
                    if found := _COPIED.match(line):
                        copied.add(found[1])
                    elif found := _PROGRESS.match(line):
                        row.advance(int(found[1]) - done)
                        done = int(found[1])
                    elif found := _WRITTEN.match(line):
                        written = int(found[1])
            except BaseException:
                process.terminate()
                raise
        errors.seek(0)
        said = errors.read()
    numbers = [int(number) for number in _ERROR.findall(said) if int(number) not in _NO_MODES]
    if process.returncode and numbers:
        raise OSError(numbers[0], os.strerror(numbers[0]))
    if process.returncode not in (0, _PARTIAL):
        raise WorkshopError(f"{folder}: rsync failed: {said.partition(chr(10))[0]}")
    return copied, written


def read_back(folder: Path, names: Collection[str], wanted: Mapping[str, Entry], row: Row) -> set[str]:
    """Return which of these files the stick does not give back as they shall be."""
    row.begin("reading back", sum(wanted[name].bytes for name in names))
    return {name for name in names if hash_from_stick(folder / name, row) != wanted[name].sha256}


def hash_from_stick(path: Path, row: Row) -> str:
    """Return a file's SHA-256, read from the stick itself: what the cache has of it is dropped first."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        os.fsync(file.fileno())  # what an earlier run left in the cache would not be dropped
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            row.advance(len(chunk))
    return digest.hexdigest()


def _different(stage: Path, name: str, wanted: Mapping[str, Entry]) -> WorkshopError:
    """Say whose fault it is that a file came back different."""
    if hash_file(stage / name) != wanted[name].sha256:
        return WorkshopError(f"{stage / name} changed since it was staged; stage again")
    return WorkshopError(f"{name} was read back differently: this stick is faulty; use another")


def _plainly(error: OSError) -> str:
    """Say in plain words what happened to a stick."""
    number = error.errno or 0
    return f"{WORDS.get(number, 'it failed; write again')} ({os.strerror(number)})"
