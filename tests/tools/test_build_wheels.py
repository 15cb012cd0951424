"""The program that builds our own wheels, once for each state of their sources."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "tools/build-wheels.py"
# In place of uv: notes its words, and writes a wheel into the folder that it is told.
BUILD = """#!/bin/sh
echo "$*" >>"$(dirname "$0")/built"
while [ "$1" != --out-dir ]; do shift; done
[ ! -e "$(dirname "$0")/broken" ] || { echo "error: no network" >&2; exit 2; }
echo wheel >"$2/thing-1.0-py3-none-any.whl"
"""


def source_digest(project: Path) -> str:
    spec = importlib.util.spec_from_file_location("build_wheels", PROGRAM)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.source_digest(project))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "packages/thing"
    (project / "src/thing").mkdir(parents=True)
    (project / "src/thing/a.py").write_text("1")
    (tmp_path / "list.yml").write_text("1")
    (project / "pyproject.toml").write_text('[force-include]\n"../../list.yml" = "thing/list.yml"\n')
    (tmp_path / "wheels").mkdir()
    (tmp_path / "uv").write_text(BUILD)
    (tmp_path / "uv").chmod(0o755)
    return project


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, PROGRAM, *words, "--", folder / "uv", "build"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_digest_follows_the_source(project: Path, tmp_path: Path) -> None:
    digests = [source_digest(project)]
    (project / "src/thing/__pycache__").mkdir()
    (project / "src/thing/__pycache__/a.pyc").write_text("x")
    (project / "tests").mkdir()
    (project / "tests/test_a.py").write_text("x")
    assert source_digest(project) == digests[0]
    for path in (project / "src/thing/a.py", tmp_path / "list.yml", project / "README.md"):
        path.write_text("2")
        digests.append(source_digest(project))
    assert len(set(digests)) == 4


def test_a_wheel_is_built_once_for_a_source_and_listed_with_its_hash(project: Path, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    assert run(tmp_path, "--check", wheels, project).stdout
    assert not list(wheels.iterdir())
    assert run(tmp_path, wheels, project).stdout
    line = (wheels / "thing.txt").read_text()
    assert line.startswith(f"thing @ file://{wheels}/{source_digest(project)}/thing-1.0-py3-none-any.whl ")
    assert "--hash=sha256:" in line
    assert run(tmp_path, wheels, project).stdout == ""
    (project / "src/thing/a.py").write_text("2")
    assert run(tmp_path, "--check", wheels, project).stdout
    assert run(tmp_path, wheels, project).stdout
    assert (tmp_path / "built").read_text().count("build --offline") == 2


def test_a_wheel_that_is_given_is_listed_as_it_is(project: Path, tmp_path: Path) -> None:
    given = tmp_path / "given-2.0-py3-none-any.whl"
    assert f"there is no wheel {given}" in run(tmp_path, tmp_path / "wheels", given).stderr
    given.write_text("wheel")
    assert run(tmp_path, tmp_path / "wheels", given).stdout
    assert (tmp_path / "wheels/given.txt").read_text().startswith(f"given @ {given.as_uri()} --hash=sha256:")
    assert not (tmp_path / "built").exists()


def test_what_cannot_be_built_is_said_in_the_last_line_and_leaves_nothing(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken").touch()
    done = run(tmp_path, tmp_path / "wheels", project)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        f"cannot build the package in {project}: error: no network"
    )
    assert not list((tmp_path / "wheels").iterdir())
