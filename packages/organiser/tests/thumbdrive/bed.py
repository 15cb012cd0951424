"""A staged folder, made by hand, and a stick to write it to."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from organiser.thumbdrive.drives import Place
from organiser.thumbdrive.names import CLOSING, SIGNATURE, SUMS
from organiser.thumbdrive.ownership import write_own
from organiser.thumbdrive.parallel import Row
from organiser.thumbdrive.signature import sign
from organiser.thumbdrive.sums import format_sums, read_staged
from organiser.thumbdrive.write import Written, write_stick


def fill(folder: Path, files: Mapping[str, bytes], key: Path | None = None) -> Path:
    """Make a folder a staged one with these files; files that are right keep their times."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    sums = format_sums({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})
    (folder / SUMS).write_bytes(sums)
    (folder / SIGNATURE).unlink(missing_ok=True)
    if key:
        (folder / SIGNATURE).write_bytes(sign(sums, key))
    write_own(folder, files)
    return folder


def quiet_row(stop: threading.Event | None = None) -> Row:
    """Return a row of a table that nobody sees."""
    return Row(
        "stick", Progress(console=Console(file=io.StringIO()), disable=True), stop or threading.Event()
    )


def write(stage: Path, stick: Path, *, reread: bool = False, row: Row | None = None) -> Written:
    stick.mkdir(exist_ok=True)
    return write_stick(stage, Place(stick), read_staged(stage), reread, row or quiet_row())


def damage(file: Path, place: int = 0) -> None:
    """Change a byte of a file; size and time stay as they are, as when a stick forgets."""
    status = file.stat()
    with file.open("r+b") as opened:
        opened.seek(place)
        byte = opened.read(1)
        opened.seek(place)
        opened.write(bytes([byte[0] ^ 1]))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def rsync(stage: Path, stick: Path, partly: bool = False) -> list[str]:
    """Copy by rsync, as docs/howto/sticks.md says; return the files that it copied.

    partly: the file system has no modes and says so, which rsync calls a partial success.
    """
    command = ["rsync", "-rt", "--modify-window=2", "--out-format=%n", f"{stage}/", str(stick)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in ((0, 23) if partly else (0,)), done.stderr
    return [name for name in done.stdout.splitlines() if not name.endswith("/")]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, but the lists that the workshop keeps there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (*CLOSING, ".workshop-thumbdrive")
    }


def make_key(file: Path, comment: str = "organiser@example.org") -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(file)]
    subprocess.run(command, check=True)
    return file
