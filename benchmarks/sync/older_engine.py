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
    "one locked folder stops all of sync": r"a traceback: PermissionError",
    "a conflict between two files escapes": r"a traceback: ConflictError",
    "a malformed notebook stops every update": r"a traceback: (?!Permission|Conflict|OSError|Module|it died)",
}
"""What stopped the engine of revision 42fbc0b, by what the fuzzer says of it."""
WORKER = """\
import contextlib, gettext, io, json, locale, nbformat.validator, os, signal, sys
from workshop.errors import WorkshopError
from workshop.sync import command

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
        signal.alarm(20)  # an older engine waits for ever where a pipe has a file's name
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
        env=os.environ | {"PYTHONPATH": str(package), "JUPYTER_RUNTIME_DIR": os.devnull},
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


def first_trials(checkout: Path, times: int, seed: int, enough: int = len(KNOWN)) -> dict[str, int]:
    """Return for each known fault the number of the first trial that found it, until ``enough`` are found."""
    found: dict[str, int] = {}
    folder = Path(tempfile.mkdtemp(prefix="workshop-older-"))
    folder.chmod(0o755)
    try:
        with engine_of(checkout):
            for number in range(times):
                place = folder / str(number)
                place.mkdir()
                said = "\n".join(faults_of(f"{seed}/{number}", place))
                found |= {
                    name: number
                    for name, words in KNOWN.items()
                    if name not in found and re.search(words, said)
                }
                unlock(place)
                shutil.rmtree(place)
                if len(found) >= enough:
                    break
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def main(checkout: Path, times: int = 1000, seed: int = 1) -> None:
    """Print which known faults of another checkout's engine were found; exit 1 when one was not."""
    found = first_trials(checkout, times, seed)
    for name in KNOWN:
        print(f"{name}: " + (f"found by trial {found[name]}" if name in found else "not found"))
    sys.exit(len(found) < len(KNOWN))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
