"""Patch the installed Theano 1.0.5: for Python 3.11, Lasagne 0.1, and a compile cache that is found again.

The patches are unified diffs in the folder ``theano``, each named after the fault that it mends; ``git
apply`` applies them. One more patch is a setting (``ldflags = -lopenblas`` in ``theanorc``): without it
Theano's import looks for a BLAS by means that NumPy dropped.

Run it with the Python of the environment to patch: ``python -m workshop.machine.theano_patches``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.metadata
import json
import py_compile
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import locked, write_whole

PATCHES = Path(__file__).with_name("theano")
VERSION = "1.0.5"
PATCHING = ".patching-"
STAMP = ".patches"
"""In the patched package: which patches it has."""
MISFIT = 3
"""The exit status where the environment has to be made again."""


class MisfitError(WorkshopError):
    """The package is neither Theano 1.0.5's nor patched by these patches."""


def patch(theano: Path, *, check: bool = False) -> list[str]:
    """Apply the patches to the installed package; return the files changed, or that would be.

    Safe to run again: a patched file is left as it is. Raises MisfitError for a file that is neither Theano
    1.0.5's nor patched, and where other patches were applied before; then nothing is changed.
    """
    changed = []
    stamp, files = theano / STAMP, sorted(PATCHES.glob("*.patch"))
    wanted = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    if stamp.exists() and stamp.read_text(encoding="utf-8") != wanted:
        raise MisfitError(
            f"{theano} has patches of another version; remove {sys.prefix} and run set-up again"
        )
    for left in theano.glob(f"{PATCHING}*") if not check else ():  # by a run that was killed
        shutil.rmtree(left)
    # Next to what is patched: where root sets up, only root can write there.
    with tempfile.TemporaryDirectory(prefix=PATCHING, dir=None if check else theano) as folder:
        copy = Path(folder)
        for file in files:
            names = re.findall(r"^\+\+\+ b/(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            _copy(theano, copy, names)
            if not _applies(copy, file, "--reverse"):
                if not _applies(copy, file):
                    raise MisfitError(
                        f"{file.name} does not fit {' and '.join(names)}, "
                        f"which is not the one of Theano {VERSION}; "
                        f"remove {sys.prefix} and run set-up again"
                    )
                _git_apply(copy, file)
                changed += names
        if not check:
            # First of all: a run that is killed from here on leaves it behind.
            write_whole(stamp, wanted.encode())
        for name in changed if not check else ():
            # A new file takes its place: the installed one may be a hard link into uv's cache.
            write_whole(theano / name, (copy / name).read_bytes())
            if name.endswith(".py"):
                # The account that starts a kernel may not be allowed to write bytecode here.
                py_compile.compile(str(theano / name), doraise=True)
    return changed


def _copy(theano: Path, into: Path, names: Sequence[str]) -> None:
    """Copy the files of a patch that are there: it may add one."""
    for name in names:
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        if (theano / name).is_file():
            shutil.copyfile(theano / name, into / name)


def _applies(folder: Path, file: Path, *options: str) -> bool:
    try:
        _git_apply(folder, file, "--check", *options)
    except WorkshopError:
        return False
    return True


def _git_apply(folder: Path, file: Path, *options: str) -> None:
    # In a repository git would pass over what lies outside of it, without a word.
    apart = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
    programs.run("git", "-C", folder, "apply", "--whitespace=nowarn", *options, file, variables=apart)


def find_theano() -> Path:
    """Return the folder of the installed package without importing it (unpatched, it may fail)."""
    try:
        distribution = importlib.metadata.distribution("Theano")
    except importlib.metadata.PackageNotFoundError as error:
        raise WorkshopError(f"no Theano in the environment of {sys.executable}") from error
    if distribution.version != VERSION:
        raise WorkshopError(f"the patches are for Theano {VERSION}; this is {distribution.version}")
    return Path(str(distribution.locate_file("theano")))


def main(words: Sequence[str] | None = None) -> int:
    """Patch; print what changed as JSON. Exit status 3: the environment has to be made again."""
    parser = argparse.ArgumentParser(prog="theano_patches", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="only look")
    asked = parser.parse_args(words)
    try:
        theano = find_theano()
        # Two plays may be at work on one machine.
        alone = (
            contextlib.nullcontext() if asked.check else locked(theano / ".changing", on_wait=lambda: None)
        )
        with alone:
            changed = patch(theano, check=asked.check)
    except WorkshopError as error:
        print(f"theano_patches: {error}", file=sys.stderr)
        return MISFIT if isinstance(error, MisfitError) else 1
    print(json.dumps({"changed": bool(changed), "files": changed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
