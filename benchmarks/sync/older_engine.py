"""The fuzzer of shapes proves itself on an older engine: what was wrong with that one, it finds.

``python -m benchmarks.sync.older_engine CHECKOUT`` plays trials with the engine of another checkout, such as
``git worktree add --detach CHECKOUT 42fbc0b``, and says which of its known faults were found, and when.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.sync import fuzz_shapes
from benchmarks.sync.fuzz_shapes import NOBODY, Result, World, faults_of, unlock

KNOWN = {
    "one locked folder stops all of sync": "trees: a traceback: PermissionError",
    "a conflict between two files escapes": "a traceback: ConflictError",
    "one malformed notebook stops every update": "notebooks: a traceback: (?!ConflictError|OSError|it died)",
}
"""What stopped the engine of revision 42fbc0b, by what the fuzzer says of it."""
WORKER = """\
import contextlib, importlib, io, json, os, pkgutil, signal, sys
from workshop import sync
from workshop.errors import WorkshopError
from workshop.sync import command

# Once, and not in each child: some of them are an account that cannot read where Python is.
import encodings.utf_8_sig, nbformat.validator, subprocess, urllib.request
nbformat.validator.isvalid({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
for each in pkgutil.iter_modules(sync.__path__, "workshop.sync."):
    with contextlib.suppress(ImportError):
        importlib.import_module(each.name)

def play(asked):
    if asked["user"]:
        os.seteuid(asked["user"])
    out, err, status, error = io.StringIO(), "", 0, ""
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            command.main(asked["words"])
        except (WorkshopError, SystemExit) as reason:
            status, err = 1, f"workshop: {reason}\\n"
            out = io.StringIO(json.dumps({"error": str(reason)}))
        except Exception as reason:
            error = f"{type(reason).__name__}: {reason}"
    return {"status": status, "out": out.getvalue(), "err": err, "error": error}

for line in sys.stdin:
    reader, writer = os.pipe()
    if os.fork() == 0:
        signal.alarm(3)  # an older engine waits for ever where a pipe has a file's name
        os.write(writer, json.dumps(play(json.loads(line))).encode()[:60_000])
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        said = pipe.read()
    os.wait()
    print(said.decode() or "null", flush=True)
"""
"""Runs with the other checkout's package: a line with the words of a sync in, a line with its end out."""


@contextmanager
def engine_of(checkout: Path) -> Iterator[None]:
    """Let trials run the engine of another checkout."""
    sources = [checkout / "packages" / "workshop" / "src", checkout]
    package = next(each for each in sources if (each / "workshop" / "sync").is_dir())
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(package)},
    ) as worker:

        def sync(world: World, *words: str, before: dict[str, Any] | None = None) -> Result:
            assert worker.stdin is not None and worker.stdout is not None
            user = NOBODY if world.unprivileged else 0
            worker.stdin.write(json.dumps({"words": words, "user": user}) + "\n")
            worker.stdin.flush()
            end = json.loads(worker.stdout.readline())
            if end is None or end["error"]:
                return None, [f"a traceback: {end['error'] if end else 'it died'}"]
            world.error = end["err"]
            return fuzz_shapes._read(end["status"], end["out"], end["err"])

        with patch.object(fuzz_shapes, "sync", sync), patch.object(fuzz_shapes, "GIT_SHARE", 0.0):
            yield
        assert worker.stdin is not None
        worker.stdin.close()


def first_trials(checkout: Path, times: int, seed: int) -> Iterator[tuple[str, int]]:
    """Yield each known fault that is found, with the number of the first trial that found it."""
    left = dict(KNOWN)
    with tempfile.TemporaryDirectory(prefix="workshop-older-") as folder, engine_of(checkout):
        Path(folder).chmod(0o755)
        for number in range(times):
            place = Path(folder) / str(number)
            place.mkdir()
            said = "\n".join(faults_of(f"{seed}/{number}", place))
            unlock(place)
            shutil.rmtree(place)
            for name in [name for name, words in left.items() if re.search(words, said)]:
                del left[name]
                yield name, number
            if not left:
                return


def main(checkout: Path, times: int = 1000, seed: int = 1) -> None:
    """Print which known faults of another checkout's engine are found; exit 1 when one is not."""
    found = []
    for name, number in first_trials(checkout, times, seed):
        found.append(name)
        print(f"{name}: found by trial {number}", flush=True)
    sys.exit(len(found) < len(KNOWN))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
