#!/usr/bin/env python3
"""Print the path of a Python that C extensions can be compiled for, or nothing.

usage: find-python.py UV VERSION [FOLDER [ENVIRONMENT]]: the interpreters that uv sees (PATH, uv's
own folder FOLDER) are tried in turn; one without its C headers does not do, because Theano compiles
against them. What the virtual environment ENVIRONMENT was made with is kept while it is of that
VERSION and still does: uv takes most of a second to look for all of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ASK = """import platform, sys, sysconfig
print(platform.python_version(), sys.executable, sysconfig.get_path("include"), sep="\\n")"""


def with_headers(python: str) -> tuple[str, str]:
    """Return an interpreter's version and true place; nothing when it does not run or has no Python.h.

    What is on PATH may be a script that looks for the interpreter each time, as pyenv's are.
    """
    try:
        answer = subprocess.run([python, "-I", "-c", ASK], capture_output=True, text=True, check=True)
        version, place, headers = answer.stdout.strip().split("\n")
    except (OSError, ValueError, subprocess.CalledProcessError):
        return "", ""
    return (version, place) if (Path(headers) / "Python.h").is_file() else ("", "")


def interpreter_of(environment: str) -> str:
    """Return what a virtual environment was made with; nothing when there is none."""
    python = Path(environment) / "bin" / "python"
    return str(python.resolve()) if python.exists() else ""


def main() -> int:
    """Print the first interpreter that does."""
    uv, version, *rest = sys.argv[1:]
    folder, kept = rest[:1], interpreter_of(rest[1]) if rest[1:] else ""
    if kept and f"{with_headers(kept)[0]}.".startswith(f"{version}."):
        print(kept)
        return 0
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    if folder:
        environment["UV_PYTHON_INSTALL_DIR"] = folder[0]
    command = [uv, "python", "list", "--only-installed", "--no-config", "--output-format", "json", version]
    try:
        found = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", check=False)
    except FileNotFoundError:  # a machine on which nothing was installed yet
        return 0
    for python in json.loads(found.stdout or "[]"):
        place = with_headers(python["path"])[1] if python["implementation"] == "cpython" else ""
        if place:
            print(Path(place).resolve())
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
