#!/usr/bin/env python3
"""Fill uv's cache for Jupyter's environment, and build our wheels, while Ansible starts and a core is idle.

usage: fetch-early.py UV VERSION PREFIX OFFLINE [STICK]: VERSION is that of the Python to fetch for, or the
path of one; where OFFLINE is "true" no network is asked. How it ends does not matter: the play does the same
again, finds what is there by then, and says what is wrong. Ended before it is done, it ends what it started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "module_utils"))
from boundary import BoundaryError, must_be_ours  # noqa: E402
from project_wheels import ProjectWheel, early  # noqa: E402

PROJECTS = ("workshop", "bubblebreaker")
"""Whose wheels every set-up wants."""
SETTINGS = {"UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_RETRIES": "1"}
PREPARED = "Prepared "
"""What uv says when it has fetched and unpacked what it will install."""


def packages(scratch: Path) -> list[str]:
    """Return the words for uv that fetch the locked packages."""
    # Nobody looks at what is made of them. Links take no room, wherever the cache lies.
    target = ["--target", str(scratch / "jupyter"), "--link-mode", "symlink", "--no-build"]
    return ["pip", "sync", "--require-hashes", *target, str(ROOT / "locks/jupyter.txt")]


class Uv:
    """Runs uv, which asks the network only for what the cache and the stick lack."""

    def __init__(self, program: str, stick: str, *, offline: bool) -> None:
        """Take what all calls share."""
        wheels = Path(stick) / "wheels"
        self._program, self._offline = program, offline
        self._links = ["--find-links", str(wheels)] if stick and wheels.is_dir() else []
        self.running: list[subprocess.Popen[str]] = []

    def __call__(self, *words: str, until: str = "") -> tuple[int, str]:
        """Return the last call's exit status and what it said.

        until: how a line begins with which it has done enough.
        """
        status, said = 1, ""
        for more in [["--offline"]] + ([] if self._offline else [[]]):
            # The users of the services read what comes into the cache.
            process = subprocess.Popen(
                [self._program, *words, *self._links, *more],
                env=os.environ | SETTINGS,
                cwd="/",
                stderr=subprocess.PIPE,
                text=True,
                umask=0o022,
            )
            self.running.append(process)
            said = self._watch(process, process.stderr or (), until)
            status = process.wait()
            if status in (0, -signal.SIGKILL):
                break
        return status, said

    def _watch(self, process: subprocess.Popen[str], lines: Iterable[str], until: str) -> str:
        said = ""
        for line in lines:
            said += line
            # All is in the cache. What follows takes as long again, for nothing.
            if until and line.startswith(until):
                process.kill()
        return said


def build(uv: Uv, python: str, prefix: Path, scratch: Path) -> None:
    """Build our wheels where the play will take them from, unless others could change them there."""
    wheels, constraints = prefix / "uv" / "wheels", str(ROOT / "locks/build.txt")
    with suppress(BoundaryError, OSError):
        must_be_ours(wheels, inside=True)
        with early(wheels) as alone:
            for project in PROJECTS if alone else ():
                wheel = ProjectWheel(str(ROOT / "packages" / project), str(wheels), python, constraints)
                if not wheel.is_there():
                    wheel.build(uv, scratch)


def main() -> int:
    """Fetch and build, and leave nothing half-built."""
    program, version, prefix, offline, stick = [*sys.argv[1:], ""][:5]
    scratch = Path(prefix) / "uv" / "early"
    uv = Uv(program, stick, offline=offline == "true")

    def end(*_: object) -> None:
        for process in uv.running:
            process.kill()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    # Whatever the play does comes first.
    os.nice(5)
    find = [sys.executable, str(ROOT / "tools/find-python.py"), program, version, f"{prefix}/python"]
    python = subprocess.run(find, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    if python:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        with ThreadPoolExecutor() as pool:
            pool.submit(build, uv, python, Path(prefix), scratch)
            pool.submit(partial(uv, until=PREPARED), *packages(scratch), "--python", python)
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
