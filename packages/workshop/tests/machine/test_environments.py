"""What the doctor says about environments, kernels, compile cache, notebooks and data."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from workshop.core import kernels
from workshop.core.settings import Settings
from workshop.machine import environments
from workshop.machine.lines import State


def interpreter(prefix: Path, script: str) -> None:
    """Put a stand-in for an environment's Python."""
    path = prefix / "venvs/theano/bin/python"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "state", "said"),
    [
        ("""echo noise; echo '{"python": "3.11.9", "missing": []}'""", State.GREEN, "Python 3.11.9"),
        ("""echo '{"python": "3.11.9", "missing": ["lasagne"]}'""", State.RED, "lacks lasagne"),
        ("echo 'ImportError: libopenblas.so' >&2; exit 1", State.RED, "fails: ImportError: libopenblas.so"),
        ("exit 7", State.RED, "exit status 7"),
        ("echo nothing of use", State.RED, "nothing of use"),
        ("exit 0", State.RED, "said nothing"),
    ],
)
def test_an_environment_is_asked(tmp_path: Path, script: str, state: State, said: str) -> None:
    interpreter(tmp_path, script)
    line = environments.environment(Settings(prefix=tmp_path), "theano")
    assert line.state is state
    assert said in line.text


def test_an_environment_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter(tmp_path, "exec sleep 20")
    monkeypatch.setattr(environments, "SECONDS", 0.3)
    line = environments.environment(Settings(prefix=tmp_path), "theano")
    assert line.state is State.YELLOW
    assert "did not answer" in line.text


def test_thorough_imports_what_the_environment_is_for(tmp_path: Path) -> None:
    interpreter(
        tmp_path,
        """case "$*" in
  *import\\ numpy*theano*downsample*) echo 'ImportError: no BLAS' >&2; exit 1 ;;
  *) echo '{"python": "3.11.9", "missing": []}' ;;
esac""",
    )
    assert environments.environment(Settings(prefix=tmp_path), "theano").state is State.GREEN
    line = environments.environment(Settings(prefix=tmp_path), "theano", thorough=True)
    assert line.state is State.RED
    assert "no BLAS" in line.text


def test_before_and_without_set_up(tmp_path: Path) -> None:
    assert environments.environment(Settings(), "theano").state is State.YELLOW
    assert environments.environment(Settings(prefix=tmp_path), "theano").state is State.RED
    assert environments.kernels(Settings()).state is State.YELLOW
    assert environments.compile_cache(Settings()).state is State.YELLOW
    assert environments.notebooks(Settings()).state is State.YELLOW


def kernel(prefix: Path, name: str, program: str) -> None:
    folder = prefix / "venvs/jupyter/share/jupyter/kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": [program, "-m", "ipykernel_launcher"]}))


def test_kernels(tmp_path: Path) -> None:
    settings = Settings(prefix=tmp_path)
    for name in kernels.ENVIRONMENTS:
        kernel(tmp_path, name, "/bin/sh")
    assert environments.kernels(settings).state is State.GREEN
    kernel(tmp_path, "theano", str(tmp_path / "gone/bin/python"))
    line = environments.kernels(settings)
    assert line.state is State.RED
    assert "theano" in line.text
    assert "tensorflow" not in line.text


def test_a_kernel_on_jupyters_own_python_needs_none_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in kernels.ENVIRONMENTS:
        kernel(tmp_path, name, "python")
    assert environments.kernels(Settings(prefix=tmp_path)).state is State.GREEN


@pytest.mark.parametrize(
    ("at_work", "warm", "state"), [(True, 3, "GREEN"), (False, 3, "YELLOW"), (False, 15, "GREEN")]
)
def test_how_far_the_warming_is(tmp_path: Path, at_work: bool, warm: int, state: str) -> None:
    for number in range(environments.COMPILED_LEAST):
        (tmp_path / f"theano/compiledir_x/tmp{number}").mkdir(parents=True)
        (tmp_path / f"theano/compiledir_x/tmp{number}/m.so").touch()
    command = ["sh", "-c", "echo; read _", "warm"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()  # it has its own words only once it runs
    told = {"lessons": 15, "warm": warm, "now": "1-mnist/10-mlp", "process": process.pid}
    if not at_work:
        process.communicate()
    (tmp_path / "theano/warming.json").write_text(json.dumps(told))
    line = environments.compile_cache(Settings(prefix=tmp_path))
    process.communicate()
    assert line.state is State[state]
    assert f"{warm} of 15 lessons are compiled" in line.text
    assert ("1-mnist/10-mlp" in line.text) is at_work
    assert line.share == (0.2 if at_work else None)


def test_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "notebooks"
    settings = Settings(prefix=tmp_path, notebooks=folder)
    assert environments.notebooks(settings).state is State.RED
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / ".ipynb_checkpoints/a.ipynb").touch()
    assert "holds no lesson" in environments.notebooks(settings).text
    (folder / "a.ipynb").touch()
    assert environments.notebooks(settings).state is State.GREEN
    monkeypatch.setattr(os, "access", lambda *_: False)
    line = environments.notebooks(settings)
    assert line.state is State.RED
    assert "chown" in line.advice


CATALOGUE = """
datasets:
  - name: {name}
    purpose: test
    licence: MIT
    credit: nobody
    files:
      - {{name: a.txt, sha256: {digest}, bytes: 5}}
    sources: []
"""


@pytest.mark.parametrize(("name", "state"), [("mnist", State.RED), ("photos", State.YELLOW)])
def test_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, state: State) -> None:
    from workshop.datasets import catalogue

    file = tmp_path / "catalogue.yml"
    file.write_text(CATALOGUE.format(name=name, digest=hashlib.sha256(b"right").hexdigest()))
    monkeypatch.setattr(catalogue, "catalogue_file", lambda: file)
    settings = Settings(prefix=tmp_path, data=tmp_path / "data")
    line = environments.data(settings)
    assert line.state is state
    assert f"missing: {name}" in line.text
    (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data" / name / "a.txt").write_bytes(b"right")
    assert environments.data(settings).state is State.GREEN
    (tmp_path / "data" / name / "a.txt").write_bytes(b"wrong")
    assert environments.data(settings).state is state
