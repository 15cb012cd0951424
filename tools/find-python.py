#!/usr/bin/env python3
"""Print the path of a Python that C extensions can be compiled for, or nothing.

usage: find-python.py UV VERSION [FOLDER]: the interpreters that uv sees (PATH, uv's own folder
FOLDER) are tried in turn; one without its C headers does not do, because Theano compiles
against them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ASK_HEADERS = "import sysconfig; print(sysconfig.get_path('include'))"


def has_headers(python: str) -> bool:
    """Tell whether the interpreter runs and its Python.h is there."""
    try:
        answer = subprocess.run([python, "-c", ASK_HEADERS], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return (Path(answer.stdout.strip()) / "Python.h").is_file()


def main() -> int:
    """Print the first interpreter that does."""
    uv, version, *folder = sys.argv[1:]
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    if folder:
        environment["UV_PYTHON_INSTALL_DIR"] = folder[0]
    command = [uv, "python", "list", "--only-installed", "--no-config", "--output-format", "json", version]
    try:
        found = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", check=False)
    except FileNotFoundError:  # a machine on which nothing was installed yet
        return 0
    for python in json.loads(found.stdout or "[]"):
        if python["implementation"] == "cpython" and has_headers(python["path"]):
            print(Path(python["path"]).resolve())
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
