"""What Theano, mended, compiles: with the precompiled header, and once for all processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workshop.machine import prepare, theano_patches

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
said = []
X, W, b = T.matrix(), theano.shared(np.eye(3, dtype="float32")), theano.shared(np.zeros(3, "float32"))
exec(sys.argv[1])
answers = theano.function([X], outputs)(np.arange(6, dtype="float32").reshape(2, 3))
found = {"modules": modules, "answer": answers[0].ravel().tolist(), "folder": theano.config.compiledir}
found["said"] = said
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
        # Not what earlier runs compiled, some of them without the header.
        there = set(Path(found["folder"]).glob("tmp*"))
        found["compiled"] = sorted(there - earlier)
        earlier.update(there)
        return found

    earlier: set[Path] = set()
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


COMPLAINS = """
outputs = [X]
taken = theano.function([X], T.tanh(X + b))
taken.trust_input = True
unaligned = np.frombuffer(bytes(25), "float32", 6, 1).reshape(2, 3)
for wrong in (None, [1], np.zeros((2, 3)), unaligned, np.zeros((2, 2), "float32")):
    try:
        taken(wrong)
    except Exception as error:
        said.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
"""


def test_what_theano_says_of_a_wrong_array_is_what_it_says_unpatched(run: Run) -> None:
    found = run(COMPLAINS)
    assert found["said"] == [
        "ValueError: expected an ndarray, not None",
        "ValueError: expected an ndarray",
        "TypeError: expected type_num 11 (NPY_FLOAT32) got 12",
        "NotImplementedError: expected an aligned array of type 11 (NPY_FLOAT32), got non-aligned array of"
        " type 11 with 2 dimensions, with 3 last dims -1, 2, 3 and 3 last strides -1 12, 4.",
        "ValueError: Input dimension mis-match. (input[0].shape[1] = 2, input[1].shape[1] = 3)",
    ]


WITH_ALL_PARTS = """
import theano.gof.cutils
steps, _ = theano.scan(lambda before: before * 2, outputs_info=X.sum(), n_steps=3)
outputs = [T.exp(X) + 1, steps]
"""


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of Theano for which set-up compiled what is the same for all accounts, and the flags for g++."""
    theano = pytest.importorskip("theano", reason="needs Theano's environment")
    copy = tmp_path_factory.mktemp("another environment") / "theano"
    shutil.copytree(Path(theano.__file__).parent, copy, ignore=shutil.ignore_patterns("prepared-*"))
    theano_patches.patch(copy)
    flags = "-g0 -H -Winvalid-pch"
    assert prepare.prepare(copy, flags)
    return copy, flags


def compile_there(set_up: tuple[Path, str], folder: Path, code: str) -> dict[str, Any]:
    """Compile with that copy in an account's empty folder, and say besides what g++ warned of."""
    theano, flags = set_up
    settings = f"base_compiledir={folder},cmodule.compilation_warning=True,gcc.cxxflags={flags}"
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, code],
        env={**os.environ, "PYTHONPATH": str(theano.parent), "THEANO_FLAGS": settings},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    found["precompiled"] = [line for line in ran.stdout.splitlines() if line.startswith("! ")]
    found["refused"] = [line for line in ran.stdout.splitlines() if "Winvalid-pch" in line]
    found["own"] = sorted(
        str(path.relative_to(found["folder"])).split("/")[0]
        for pattern in ("*_ext/*.so", "scan_perform/*.so", "precompiled-*/*.gch")
        for path in Path(found["folder"]).glob(pattern)
    )
    return found


def test_an_account_compiles_nothing_that_set_up_has_compiled(
    set_up: tuple[Path, str], tmp_path: Path
) -> None:
    found = compile_there(set_up, tmp_path, WITH_ALL_PARTS)
    assert found["own"] == []
    (header,) = (set_up[0] / "gof").glob("prepared-*/precompiled-*/theano.h.gch")
    assert found["precompiled"] == [f"! {header}"] * len(found["modules"])
    assert len(found["modules"]) >= 2
    assert found["refused"] == []
    assert found["answer"][0] == 2


def test_without_what_set_up_compiled_all_is_as_ever(set_up: tuple[Path, str], tmp_path: Path) -> None:
    """Damaged by whatever: a header of half its size, and parts that no linker takes."""
    (header,) = (set_up[0] / "gof").glob("prepared-*/precompiled-*/theano.h.gch")
    os.truncate(header, header.stat().st_size // 2)
    for part in header.parents[1].glob("*/*.so"):
        part.write_bytes(b"")
    found = compile_there(set_up, tmp_path, WITH_ALL_PARTS)
    assert found["answer"][0] == 2
    assert found["own"][:2] == ["cutils_ext", "lazylinker_ext"]
    assert found["own"][-1] == "scan_perform"
    # The next set-up sees it.
    assert prepare.prepare(*set_up, check=True)
