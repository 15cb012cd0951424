"""The unit tests that need Theano, in the lessons' own environment with its older NumPy."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import of_theano
import pytest

ROOT = Path(__file__).resolve().parents[3]
BESIDE = ROOT / ".cache/test/theano-tests"
"""What pytest needs there, next to the environment and not in it."""

pytestmark = pytest.mark.lesson


@pytest.mark.parametrize(
    "which",
    [
        pytest.param("not slow and not release", marks=pytest.mark.slow),
        pytest.param("slow", marks=pytest.mark.release),
    ],
    ids=["quick", "slow"],
)
def test_the_unit_tests_of_theano_pass(local_machine: Path, tmp_path: Path, which: str) -> None:
    python = local_machine / "venvs/theano/bin/python"
    install = ["uv", "pip", "install", "--quiet", "--python", python, "--target", BESIDE, "--no-deps"]
    subprocess.run(
        [*install, "--require-hashes", "--requirement", "locks/theano-test.txt"], cwd=ROOT, check=True
    )
    tests = [
        file
        for file in sorted((ROOT / "packages").rglob("tests/**/test_*.py"))
        if of_theano.SOME.search(file.read_text(encoding="utf-8"))
    ]
    done = subprocess.run(
        # Theano's thousands of warnings about what NumPy will drop are left out.
        [python, "-m", "pytest", "-q", "-m", which, "-p", "no:warnings", *tests],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(BESIDE),
            "THEANORC": str(local_machine / "etc/theanorc"),
            "THEANO_FLAGS": f"base_compiledir={tmp_path},gcc.cxxflags=-w -g0 -O0",
            "MPLBACKEND": "agg",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0
