"""The command from a bare checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("lessonkit", "workshop", "organiser", "bubblebreaker")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which nothing was made yet, in a folder with a space in its name."""
    folder = tmp_path_factory.mktemp("a checkout")
    for name in ("tools", "locks", "packages", "roles"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "WORKSHOP_CONFIG"}
    return subprocess.run(
        [str(checkout / "tools/workshop"), *arguments],
        cwd="/",
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.network
@pytest.mark.slow
def test_it_makes_its_environment_once_also_from_two_terminals(checkout: Path) -> None:
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: run(checkout, "--version"), range(2)))
    assert [done.returncode for done in both] == [0, 0], both
    assert {done.stdout.split()[0] for done in both} == {"workshop"}
    assert sum("making" in done.stderr for done in both) == 1
    assert run(checkout, "--version").stderr == ""


@pytest.mark.network
@pytest.mark.slow
def test_an_environment_that_was_left_half_made_is_made_good(checkout: Path) -> None:
    assert run(checkout, "--version").returncode == 0
    (checkout / ".venv/.made-from").unlink()
    shutil.rmtree(next((checkout / ".venv").glob("lib/python*/site-packages/typer")))
    done = run(checkout, "--version")
    assert done.returncode == 0, done.stderr
    assert "making" in done.stderr


def test_the_environments_that_set_up_made_are_used(tmp_path: Path) -> None:
    """They have the lessons' kernels, and nothing must be installed."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    house = tmp_path / ".workshop"
    (house / "etc").mkdir(parents=True)
    (house / "etc/workshop.toml").write_text(f'prefix = "{house}"\n')
    python = house / "venvs/jupyter/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$0 $* $PYTHONPATH $WORKSHOP_CONFIG"\n')
    python.chmod(0o755)
    done = run(tmp_path, "lessons", "run", PYTHONPATH="")
    packages = ":".join(str(tmp_path / "packages" / name / "src") for name in PACKAGES)
    assert done.stdout == f"{python} -P -m workshop lessons run {packages} {house}/etc/workshop.toml\n"
    assert not (tmp_path / ".venv").exists()


def test_without_a_network_it_says_so_in_one_line(tmp_path: Path) -> None:
    for name in ("tools", "locks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    nowhere = {
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "PIP_NO_CACHE_DIR": "1",
        # The test command keeps wheels for its own use.
        "WORKSHOP_WHEELS": str(tmp_path / "wheels"),
    }
    done = run(tmp_path, "--version", **nowhere)
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert lines[0].startswith("workshop: making")
    assert len(lines) == 2
    assert "cannot get uv" in lines[1] and "connect to a network" in lines[1]
    assert not (tmp_path / ".venv/.made-from").exists()
