"""What an environment was made with is kept while it does; else the first Python that uv knows is taken."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

FIND = Path(__file__).parents[2] / "tools/find-python.py"
VERSION = ".".join(platform.python_version_tuple()[:2])


@pytest.fixture
def uv(tmp_path: Path) -> Path:
    """A uv that knows one interpreter, which does not run, and that of the tests."""
    known = [{"implementation": "cpython", "path": path} for path in ("/nowhere/python", sys.executable)]
    file = tmp_path / "uv"
    file.write_text(f"#!/bin/sh\necho asked >>{tmp_path}/asked\nprintf '%s' '{json.dumps(known)}'\n")
    file.chmod(0o755)
    return file


def environment(folder: Path, python: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(python)
    return folder


def found(uv: Path, *words: object) -> str:
    call = [sys.executable, str(FIND), str(uv), *map(str, words)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return done.stdout.strip()


needs_headers = pytest.mark.skipif(
    not (Path(sysconfig.get_path("include")) / "Python.h").exists(), reason="this Python has no C headers"
)


@needs_headers
def test_the_interpreter_behind_a_script_is_named(tmp_path: Path) -> None:
    """As pyenv's, which look for it each time that they are run."""
    script, uv = tmp_path / "python3.11", tmp_path / "uv"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    uv.write_text(f"""#!/bin/sh\necho '[{{"implementation": "cpython", "path": "{script}"}}]'\n""")
    for file in (script, uv):
        file.chmod(0o755)
    assert found(uv, VERSION) == str(Path(sys.executable).resolve())


@needs_headers
def test_the_interpreter_of_the_environment_is_kept_while_it_does(uv: Path, tmp_path: Path) -> None:
    ours = str(Path(sys.executable).resolve())
    good = environment(tmp_path / "good", ours)
    assert found(uv, VERSION, tmp_path, good) == ours
    assert not (tmp_path / "asked").exists(), "uv was asked for nothing"
    for version, venv in (
        (VERSION, tmp_path / "none"),
        (VERSION, environment(tmp_path / "gone", "/nowhere/python3")),
        (VERSION, environment(tmp_path / "strange", "/bin/true")),
        ("2.7", good),
        ("3.1", good),
        (ours, good),
    ):
        (tmp_path / "asked").unlink(missing_ok=True)
        assert found(uv, version, tmp_path, venv) == ours
        assert (tmp_path / "asked").exists(), (version, venv)
