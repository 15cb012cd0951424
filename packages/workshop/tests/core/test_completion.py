"""A shell completes the command's words, by the scripts that set-up installs beside it (role python-venv)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "import sys; sys.argv[0] = 'workshop'; from workshop.core.command import main; main()"
ASK = """\
source "$SCRIPT"
IFS=' ' read -ra COMP_WORDS <<<"$LINE"
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_workshop_completion workshop
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command, as on PATH."""
    folder = tmp_path_factory.mktemp("programs")
    command = folder / "workshop"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{PROGRAM}" "$@"\n')
    command.chmod(0o755)
    return folder


def script(programs: Path, shell: str) -> str:
    """Return what set-up writes for a shell."""
    environment = os.environ | {"_WORKSHOP_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [programs / "workshop"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("workshop doct", {"doctor"}),
        ("workshop lessons ru", {"run"}),
        ("workshop lessons run --prof", {"--profile"}),
        ("workshop stick st", {"stage"}),
    ],
)
def test_bash_completes_words_and_options(
    programs: Path, tmp_path: Path, line: str, wanted: set[str]
) -> None:
    file = tmp_path / "workshop"
    file.write_text(script(programs, "bash"))
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}", "SCRIPT": str(file), "LINE": line,
    }  # fmt: skip
    done = subprocess.run(["bash", "-c", ASK], env=environment, capture_output=True, text=True, check=False)
    assert set(done.stdout.split()) == wanted, done.stderr


@pytest.mark.parametrize(
    ("shell", "words"), [("zsh", "#compdef workshop"), ("fish", "complete --command workshop")]
)
def test_zsh_and_fish_have_scripts_of_their_own(
    programs: Path, tmp_path: Path, shell: str, words: str
) -> None:
    text = script(programs, shell)
    assert words in text
    if found := shutil.which(shell):
        file = tmp_path / "script"
        file.write_text(text)
        subprocess.run([found, "-n", file], check=True)
