from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks.firstcell.machine import give_kernel
from benchmarks.lessons.bench import Revision, lines, summarise, without_limits
from workshop.errors import WorkshopError


def test_the_bar_is_half_of_each_row() -> None:
    good = summarise({"mlp": {"before": 20.0, "now": 10.0}, "cnn": {"before": 10.0, "now": 4.0}})
    assert good["passed"] and good["rows"]["cnn"]["share"] == 0.4
    bad = summarise({"mlp": {"before": 20.0, "now": 10.0}, "cnn": {"before": 10.0, "now": 5.1}})
    assert not bad["passed"]
    assert [line.endswith("more than 0.5") for line in lines(bad)] == [False, True]


def checkout(folder: Path, package: str, program: str) -> Revision:
    """Make a checkout whose ``workshop`` is the given program."""
    (folder / package / "workshop").mkdir(parents=True)
    (folder / package / "workshop" / "__init__.py").touch()
    (folder / package / "workshop" / "__main__.py").write_text(program, encoding="utf-8")
    return Revision(folder)


@pytest.mark.parametrize("package", [".", "packages/workshop/src"])
def test_children_count_and_the_revisions_own_code_runs(tmp_path: Path, package: str) -> None:
    burn = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    program = f"import json, subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\n"
    program += "print(json.dumps({'lessons': [{'name': sys.argv[3], 'passed': True}]}))"
    revision = checkout(tmp_path, package, program)
    assert revision.run(["check"], ["mlp"], os.environ) >= 0.5


def test_a_lesson_that_does_not_pass_is_no_figure(tmp_path: Path) -> None:
    told = json.dumps({"lessons": [{"name": "mlp", "passed": False, "faults": ["the bar is missed"]}]})
    revision = checkout(tmp_path, ".", f"import sys\nprint({told!r})\nsys.exit(1)")
    with pytest.raises(WorkshopError, match="the bar is missed"):
        revision.run(["check"], ["mlp"], os.environ)


def test_a_first_run_is_held_against_no_budget(tmp_path: Path) -> None:
    told = {"title": "MNIST", "budget": {"fast": {"work": 1}}, "bars": {"error": {"max": 0.1}}}
    book = {"cells": [], "metadata": {"workshop": told}, "nbformat": 4, "nbformat_minor": 5}
    before = tmp_path / "before/1-mnist/10-mlp.ipynb"
    before.parent.mkdir(parents=True)
    before.write_text(json.dumps(book), encoding="utf-8")
    (before.parent / "digits.txt").write_text("beside it", encoding="utf-8")
    free = without_limits(tmp_path / "before", tmp_path / "free")
    found = json.loads((free / "1-mnist/10-mlp.ipynb").read_text(encoding="utf-8"))
    assert found["metadata"]["workshop"] == {"title": "MNIST"}
    assert (free / "1-mnist/digits.txt").is_file()
    assert json.loads(before.read_text(encoding="utf-8")) == book, "the checkout stays as it is"


def test_a_passing_machine_has_a_kernel_of_its_own(tmp_path: Path) -> None:
    """Its settings and caches are empty; its Python can be another one's."""
    prefix, file = tmp_path / "prefix", tmp_path / "house/etc/workshop.toml"
    spec = prefix / "venvs/jupyter/share/jupyter/kernels/theano/kernel.json"
    spec.parent.mkdir(parents=True)
    file.parent.mkdir(parents=True)
    (tmp_path / "house/venvs").symlink_to(prefix / "venvs")
    python, cache = f"{prefix}/venvs/theano/bin/python", f"{prefix}/theano/numba"
    environment = {"NUMBA_CACHE_DIR": cache, "THEANORC": f"{prefix}/etc/theanorc"}
    spec.write_text(json.dumps({"argv": [python, "-m", "x"], "env": environment}), encoding="utf-8")
    for wanted, other in ((python, None), ("/elsewhere/bin/python", Path("/elsewhere/bin/python"))):
        give_kernel(file, other)
        told = json.loads((file.parent / "kernels/theano/kernel.json").read_text(encoding="utf-8"))
        assert told["argv"] == [wanted, "-m", "x"]
        house = tmp_path / "house"
        assert told["env"] == {
            "NUMBA_CACHE_DIR": f"{house}/theano/numba",
            "THEANORC": f"{house}/etc/theanorc",
        }
