#!/usr/bin/env python3
"""Fill uv's cache with what Jupyter's environment is made of, while Ansible starts and a core is idle.

usage: fetch-early.py UV VERSION PREFIX OFFLINE [STICK]: VERSION is that of the Python to fetch for, or the
path of one; where OFFLINE is "true" no network is asked. Nothing is installed of it, and how it ends does not
matter: the play does the same again, finds what the cache holds by then, and says what is wrong. Ended before
it is done, it ends what it started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {"UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_RETRIES": "1"}
PREPARED = "Prepared "
"""What uv says when it has fetched and unpacked what it will install."""


def commands(uv: str, python: str, scratch: Path, stick: str) -> list[list[str]]:
    """Return what fetches the locked packages, and what fetches that which builds our own."""
    wheels = Path(stick) / "wheels"
    shared = ["--python", python, "--require-hashes"]
    shared += ["--find-links", str(wheels)] if stick and wheels.is_dir() else []
    # Nobody looks at what is made of them. Links take no room, wherever the cache lies.
    target = ["--target", str(scratch / "jupyter"), "--link-mode", "symlink", "--no-build"]
    project = [str(ROOT / "packages/bubblebreaker"), "--out-dir", str(scratch)]
    return [
        [uv, "pip", "sync", *shared, *target, str(ROOT / "locks/jupyter.txt")],
        [uv, "build", "--wheel", *project, *shared, "--build-constraints", str(ROOT / "locks/build.txt")],
    ]


def fetch(command: list[str], offline: bool, running: list[subprocess.Popen[str]]) -> None:
    """Ask the network only for what the cache and the stick lack."""
    for words in [[*command, "--offline"]] + ([] if offline else [command]):
        # The users of the services read what comes into the cache.
        process = subprocess.Popen(
            words, env=os.environ | SETTINGS, cwd="/", stderr=subprocess.PIPE, text=True, umask=0o022
        )
        running.append(process)
        for line in process.stderr or ():
            # All is in the cache. What follows takes as long again, for nothing.
            if line.startswith(PREPARED):
                process.kill()
        if process.wait() in (0, -signal.SIGKILL):
            return


def main() -> int:
    """Fetch, and leave nothing but the cache."""
    uv, version, prefix, offline, stick = [*sys.argv[1:], ""][:5]
    scratch = Path(prefix) / "uv" / "early"

    running: list[subprocess.Popen[str]] = []

    def end(*_: object) -> None:
        for process in running:
            process.kill()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    # Whatever the play does comes first.
    os.nice(5)
    find = [sys.executable, str(ROOT / "tools/find-python.py"), uv, version, f"{prefix}/python"]
    python = subprocess.run(find, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    if python:
        shutil.rmtree(scratch, ignore_errors=True)
        with ThreadPoolExecutor() as pool:
            for command in commands(uv, python, scratch, stick):
                pool.submit(fetch, command, offline == "true", running)
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
