"""Style, types, and what must not be committed: each checker as a test, so that pytest's summary names it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHELL = re.compile(rb"#!.*\b(ba)?sh\b")


def tracked(*patterns: str) -> list[str]:
    """Return the files of the working tree that git tracks, or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def shell_scripts() -> list[str]:
    """Return the scripts for a shell, by name or by first line."""
    found = []
    for name in tracked():
        if name.endswith(".bash"):
            found.append(name)
        elif not name.endswith(".j2"):
            with (ROOT / name).open("rb") as file:
                if SHELL.match(file.readline(100)):
                    found.append(name)
    return found


CHECKERS = {
    "ruff": lambda: ["ruff", "check"],
    "ruff format": lambda: ["ruff", "format", "--check"],
    "mypy": lambda: ["mypy"],
    "shellcheck": lambda: ["shellcheck", "--external-sources", *shell_scripts()],
    # Of a folder it would read all that lies below, .cache too.
    "yamllint": lambda: ["yamllint", "--strict", *tracked("*.yml", "*.yaml", ".yamllint")],
    "ansible-lint": lambda: ["ansible-lint", "--offline", "--strict"],
    "tables of the roles' READMEs": lambda: [sys.executable, "tools/role_readmes.py", "--check"],
    "committed text": lambda: [sys.executable, "tools/check-committed.py"],
}


@pytest.mark.parametrize(
    "checker", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in CHECKERS]
)
def test_no_complaint_of(checker: str) -> None:
    done = subprocess.run(
        CHECKERS[checker](),
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_HOME": str(ROOT / ".cache/test/ansible")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
