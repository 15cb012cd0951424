#!/usr/bin/env python3
"""Refuse what must not be committed: outputs in notebooks, and text that only one machine understands.

- A notebook is as the git filter stores it: outputs and counts grow the repository, and hide a change as
  much as another way to write the same does. The filter's two exceptions count here too. A file that only
  looks like a notebook is named.
- No text names a package registry's host: clients know their own, and a mirror must do as well.
- No text names a home folder of somebody's machine.

usage: tools/check-committed.py [FILE…]     default: every file that git tracks

Exit 0: nothing found. 1: each finding is named in one line.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ipynb_optional_output_filter as notebooks

# With [.] for every dot these lines do not find themselves.
REGISTRIES = re.compile(
    r"\b(pypi[.]org|pythonhosted[.]org|registry[.]npmjs[.]org|registry[.]yarnpkg[.]com"
    r"|(deb|security|snapshot)[.]debian[.]org|ghcr[.]io|docker[.]io|galaxy[.]ansible[.]com)\b"
)
HOMES = re.compile(r"(?<![\w.}/])/(?:root|Users/\w+|work/\w+)/")


def faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with one file, as ``file:line: what``."""
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        return  # a link to a folder
    if path.suffix == ".ipynb":
        yield from _outputs(path, data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return  # a picture
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in (
            (REGISTRIES, "names a registry's host"),
            (HOMES, "names a folder of one machine"),
        ):
            if found := pattern.search(line):
                yield f"{path}:{number}: {what}: {found.group()}"


def _outputs(path: Path, data: bytes) -> Iterator[str]:
    """Yield that the git filter would have changed a notebook, or why it is none."""
    try:
        if notebooks.clean(data) != data:
            mend = f"tools/{notebooks.__name__}.py --install, then git add --renormalize"
            yield f"{path}: has outputs or counts, or is not written as Jupyter writes it; mend it by {mend}"
    except Exception as error:  # whatever is wrong with it
        yield f"{path}: is no notebook: {error}"


def tracked_files() -> list[Path]:
    """Return what git tracks and the working tree has."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := Path(name)).is_file()]


def main() -> int:
    """Check the files named, or all."""
    found = [
        fault for path in [Path(name) for name in sys.argv[1:]] or tracked_files() for fault in faults(path)
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
