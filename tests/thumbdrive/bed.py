"""A staged folder, made by hand, and a stick to write it to."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from workshop.thumbdrive.drives import Place
from workshop.thumbdrive.layout import CLOSING, SIGNATURE, SUMS
from workshop.thumbdrive.own import write_own
from workshop.thumbdrive.signature import sign
from workshop.thumbdrive.staged import read_staged
from workshop.thumbdrive.sums import format_sums
from workshop.thumbdrive.watch import Watch
from workshop.thumbdrive.write import Written, write_stick


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
    write_own(folder, [*files, *CLOSING])
    return folder


def write(stage: Path, stick: Path, watch: Watch | None = None) -> Written:
    stick.mkdir(exist_ok=True)
    return write_stick(stage, Place(stick), read_staged(stage), watch or Watch())


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
