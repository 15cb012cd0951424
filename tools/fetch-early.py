#!/usr/bin/env python3
"""Fill uv's cache for the environments, and build our wheels, while Ansible starts and a core is idle.

usage: fetch-early.py UV VERSION PREFIX OFFLINE STICK ENVIRONMENT…: VERSION is that of the Python to fetch
for, or the path of one; where OFFLINE is "true" no network is asked; STICK may be empty. How it ends does not
matter: the play waits for what is under way, does the same again, finds what is there by then, and says what
is wrong. Ended before it is done, it ends what it started.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The checkout may be another account's: nothing is written there.
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "module_utils"))
from begun import Begun, begun  # noqa: E402
from boundary import BoundaryError, must_be_ours  # noqa: E402
from project_wheels import ProjectWheel  # noqa: E402

PROJECTS = ("workshop", "bubblebreaker")
"""Whose wheels every set-up wants."""
CONSTRAINTS = str(ROOT / "locks/build.txt")
SETTINGS = {
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_HTTP_RETRIES": "1",
    "UV_HTTP_TIMEOUT": "120",
}
SCRATCH = "early-"
"""How a folder's name begins, in which nothing stays; behind it is the number of the process."""
PREPARED = "Prepared "
"""What uv says when it has fetched and unpacked what it will install."""


class Uv:
    """Runs uv, which asks the network only for what the cache and the stick lack."""

    def __init__(self, program: str, stick: str, *, offline: bool) -> None:
        """Take what all calls share."""
        wheels = Path(stick) / "wheels"
        self._program, self._offline = program, offline
        self._links = ["--find-links", str(wheels)] if stick and wheels.is_dir() else []
        self._running: list[subprocess.Popen[str]] = []
        self._ended = False

    def __call__(self, *words: str, until: str = "") -> tuple[int, str]:
        """Return the last call's exit status and what it said.

        until: how a line begins with which it has done enough.
        """
        status, said = 1, ""
        for more in [["--offline"]] + ([] if self._offline else [[]]):
            if self._ended:
                break
            # The users of the services read what comes into the cache.
            process = subprocess.Popen(
                [self._program, *words, *self._links, *more],
                env=os.environ | SETTINGS,
                cwd="/",
                stderr=subprocess.PIPE,
                text=True,
                umask=0o022,
            )
            self._running.append(process)
            said = self._watch(process, process.stderr or (), until)
            status = process.wait()
            if status in (0, -signal.SIGKILL):
                break
        return status, said

    def end(self) -> None:
        """Start nothing more, and end what runs."""
        self._ended = True
        for process in self._running:
            process.kill()

    def _watch(self, process: subprocess.Popen[str], lines: Iterable[str], until: str) -> str:
        said = ""
        for line in lines:
            said += line
            # All is in the cache. What follows takes as long again, for nothing.
            if until and line.startswith(until):
                process.kill()
        return said


def build(uv: Uv, python: str, folder: Path, scratch: Path) -> None:
    """Build our wheels where the play will take them from."""
    for project in PROJECTS:
        wheel = ProjectWheel(str(ROOT / "packages" / project), str(folder), python, CONSTRAINTS)
        if not wheel.is_there():
            folder.mkdir(exist_ok=True)
            wheel.build(uv, scratch)


def fetch(uv: Uv, python: str, name: str, scratch: Path) -> None:
    """Fetch and unpack what the lock of an environment names."""
    # Nobody looks at what is made of it. Links take no room, wherever the cache lies.
    words = ["--target", str(scratch / name), "--link-mode", "symlink", "--python", python]
    words += ["--require-hashes", "--build-constraints", CONSTRAINTS]
    uv("pip", "sync", *words, str(ROOT / f"locks/{name}.txt"), until=PREPARED)


def work(uv: Uv, python: str, folder: Path, scratch: Path, names: list[str]) -> None:
    """Do all that others are not at; environments one after the other, for they have much in common."""

    def fetch_all(mine: Begun) -> None:
        for name in names:
            if name in mine:
                try:
                    fetch(uv, python, name, scratch)
                finally:
                    mine.end(name)

    everything = ["wheels", *names]
    with begun(folder, everything) as mine, ThreadPoolExecutor() as pool:
        if all(name in mine for name in everything):
            # Of one that was killed.
            for left in scratch.parent.glob(f"{SCRATCH}*"):
                shutil.rmtree(left, ignore_errors=True)
        scratch.mkdir()
        fetching = pool.submit(fetch_all, mine)
        if "wheels" in mine:
            try:
                build(uv, python, folder / "wheels", scratch)
            finally:
                mine.end("wheels")
        fetching.result()


def main() -> int:
    """Fetch and build, and leave nothing half-built."""
    program, version, prefix, offline, stick, *names = sys.argv[1:]
    scratch, folder = Path(prefix) / "uv" / f"{SCRATCH}{os.getpid()}", Path(prefix) / "uv" / "begun"
    uv = Uv(program, stick, offline=offline == "true")

    def end(*_: object) -> None:
        uv.end()
        shutil.rmtree(scratch, ignore_errors=True)
        # Also what was just about to start.
        os.killpg(0, signal.SIGKILL)

    os.setpgrp()
    signal.signal(signal.SIGTERM, end)
    # Whatever the play does comes first.
    os.nice(5)
    find = [sys.executable, str(ROOT / "tools/find-python.py"), program, version, f"{prefix}/python"]
    python = subprocess.run(find, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    with suppress(BoundaryError):
        if python and must_be_ours(folder, inside=True):
            work(uv, python, folder, scratch, names)
            shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
