"""What Theano, mended, compiles: with the precompiled header, and once for all processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Dot22, SoftmaxWithBias and the like have no properties, DimShuffle is written in a C file.
NETWORK = """
scores = T.dot(X, W) + b.dimshuffle("x", 0)
outputs = [T.nnet.softmax(scores), X.dimshuffle(1, "x", 0)]
"""
SCRIPT = """
import json, os, sys
import numpy as np, theano, theano.tensor as T
from theano.gof.cmodule import GCC_compiler

modules, original = [], GCC_compiler.compile_str

def compile_str(*arguments, **named):
    if "module_name" in named:  # not the parts of Theano itself
        modules.append(named["module_name"])
    return original(*arguments, **named)

GCC_compiler.compile_str = staticmethod(compile_str)
X, W, b = T.matrix(), theano.shared(np.eye(3, dtype="float32")), theano.shared(np.zeros(3, "float32"))
exec(sys.argv[1])
answers = theano.function([X], outputs)(np.arange(6, dtype="float32").reshape(2, 3))
found = {"modules": modules, "answer": answers[0].ravel().tolist(), "folder": theano.config.compiledir}
print(json.dumps(found))
"""
Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Compile in a process of its own, and say which modules that took and which headers g++ took."""
    pytest.importorskip("theano", reason="needs Theano's environment")
    folder = tmp_path_factory.mktemp("with a space")
    # -H: g++ lists the headers; those that begin with ! are precompiled.
    flags = f"base_compiledir={folder},cmodule.compilation_warning=True,gcc.cxxflags=-w -g0 -H"

    def one(code: str) -> dict[str, Any]:
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, code],
            env={**os.environ, "THEANO_FLAGS": flags},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
        lines = ran.stdout.splitlines()
        found: dict[str, Any] = json.loads(lines[-1])
        found["precompiled"] = [line for line in lines if line.startswith("! ")]
        return found

    return one


def header(found: dict[str, Any]) -> Path:
    (path,) = Path(found["folder"]).glob("precompiled-*/theano.h.gch")
    return path


def test_each_module_takes_the_header_and_is_compiled_once(run: Run) -> None:
    first = run(NETWORK)
    assert len(first["modules"]) >= 3
    assert first["precompiled"] == [f"! {header(first)}"] * len(first["modules"])
    assert first["answer"] == pytest.approx([0.090, 0.245, 0.665] * 2, abs=0.001)
    second = run(NETWORK)
    assert second["modules"] == []
    assert second["answer"] == first["answer"]


def test_a_broken_header_hinders_nothing(run: Run) -> None:
    path = header(run("outputs = [X + 1]"))
    os.truncate(path, path.stat().st_size // 2)
    found = run("outputs = [T.exp(T.sin(X) * 3 - 1)]")
    assert len(found["modules"]) > len(set(found["modules"])) >= 1
    assert found["answer"][0] == pytest.approx(0.3679, abs=0.001)
    assert not path.exists()
    # The next process makes it anew.
    assert len(run("outputs = [T.cos(X) * 7]")["precompiled"]) >= 1
    assert header(found).stat().st_size > 1_000_000


def test_a_header_that_does_not_fit_is_passed_over_by_the_compiler(run: Run) -> None:
    """As one is that another version of the compiler made."""
    path = header(run("outputs = [X + 1]"))
    with path.open("r+b") as file:
        file.write(b"gpch.000")
    found = run("outputs = [T.tanh(X) * 5 + 2]")
    assert found["precompiled"] == []
    assert len(found["modules"]) == len(set(found["modules"])) >= 1
    assert found["answer"][0] == pytest.approx(2)
