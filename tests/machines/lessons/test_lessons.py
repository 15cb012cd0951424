"""Each lesson on this machine, in its fast profile: solved, untouched, and with every stored wrong answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lessonkit.catalogue import find_lessons

ROOT = Path(__file__).resolve().parents[3]
ONE_OF_EACH_KERNEL = {"0-basics/10-theano-basics", "1-mnist/30-keras", "9-tools/20-gpu"}
"""Theano, TensorFlow, and Jupyter's own Python."""

pytestmark = pytest.mark.lesson


def workshop(prefix: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the machine's command."""
    command = [prefix / "venvs/jupyter/bin/workshop", *words]
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            lesson.name,
            marks=[
                pytest.mark.xdist_group(lesson.name),
                *([] if lesson.name in ONE_OF_EACH_KERNEL else [pytest.mark.slow]),
            ],
        )
        for lesson in find_lessons(ROOT / "notebooks")
    ],
)
def test_solutions_are_right_stubs_are_not_done_and_wrong_answers_are_wrong(
    local_machine: Path, name: str
) -> None:
    done = workshop(local_machine, "lessons", "check", name, "--json")
    told = json.loads(done.stdout)
    assert "error" not in told, told
    (lesson,) = told["lessons"]
    assert lesson["passed"] and not told["faults"], json.dumps(told, indent=1)
    assert done.returncode == 0, done.stderr


def test_the_lessons_keep_their_rules(local_machine: Path) -> None:
    done = workshop(local_machine, "lessons", "check", "--static")
    assert done.returncode == 0, done.stdout + done.stderr


def compiled(folder: Path) -> set[tuple[str, int]]:
    """Return the modules of a compile directory, with the time at which each was compiled."""
    return {(str(path.relative_to(folder)), path.stat().st_mtime_ns) for path in folder.rglob("*.so")}


@pytest.mark.slow
@pytest.mark.xdist_group("0-basics/10-theano-basics")
def test_a_warmed_lesson_compiles_nothing_not_even_from_a_copy(local_machine: Path, tmp_path: Path) -> None:
    name = "0-basics/10-theano-basics"
    for changed in (None, False):
        done = workshop(local_machine, "lessons", "warm", name, "--json")
        assert done.returncode == 0, done.stderr
        assert changed is None or json.loads(done.stdout)["changed"] is changed
    # Only the copy is looked at: other tests may compile their lessons in the machine's own folder meanwhile.
    copied = tmp_path / "theano"
    shutil.copytree(local_machine / "theano", copied, ignore=shutil.ignore_patterns("*lock*"))
    before = compiled(copied)
    done = workshop(local_machine, "lessons", "run", name, "--json", THEANO_FLAGS=f"base_compiledir={copied}")
    assert done.returncode == 0, done.stderr
    # Where no network can be cut, nothing here proves that lessons need none.
    assert json.loads(done.stdout)["lessons"][0]["network"] == "namespace"
    assert len(before) > 20 and compiled(copied) == before


@pytest.mark.release
def test_all_lessons_reach_their_thresholds_in_full(local_machine: Path) -> None:
    done = workshop(local_machine, "lessons", "run", "--profile", "full", "--solutions")
    print(done.stdout)
    assert done.returncode == 0, done.stderr
