#!/usr/bin/env python3
"""Unpack uv from a wheel that is there already: usage: unpack-uv.py DIR LOCK FOLDER…

DIR/bin/uv is made if one of the folders has a wheel for this machine whose hash the lock names; else the exit
status is 1, and pip has to get one: that takes an environment with pip in it, and ten times as long.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import sys
import zipfile
from pathlib import Path


def wheels(folders: list[str]) -> list[Path]:
    """Return the wheels of uv for this machine; where its C library is another one, none."""
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        return []
    name = re.compile(rf"uv-[\d.]+-py3-none-manylinux_[\w.]*_{platform.machine()}(\.[\w.]+)?\.whl")
    return [
        path for each in folders for path in sorted(Path(each).glob("uv-*.whl")) if name.fullmatch(path.name)
    ]


def main(words: list[str]) -> int:
    """Unpack the program, under another name first: a set-up that is killed leaves no half of it."""
    folder, lock, *folders = words
    right = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", Path(lock).read_text(encoding="utf-8")))
    for wheel in wheels(folders):
        packed = wheel.read_bytes()  # what was looked at is what is unpacked, whoever changes the file
        if hashlib.sha256(packed).hexdigest() not in right:
            continue
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            (member,) = (each for each in archive.namelist() if each.endswith(".data/scripts/uv"))
            program = archive.read(member)
        place = Path(folder) / "bin"
        place.mkdir(parents=True, exist_ok=True)
        beside = place / f".uv-{os.getpid()}"
        beside.write_bytes(program)
        beside.chmod(0o755)
        beside.rename(place / "uv")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
