"""The benchmark's peers come from a registry, and say in one line when they do not come."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.peers import (
    PACKAGES,
    install_peers,
    machine_python,
    package_alone,
    run_engine,
)
from workshop.core.errors import WorkshopError

ROOT = Path(__file__).resolve().parents[2]
INFO = "tiny_filter-1.0.dist-info"


def make_wheel(folder: Path) -> Path:
    """Write a wheel whose only program says hello."""
    path = folder / "tiny_filter-1.0-py3-none-any.whl"
    files = {
        "tiny_filter.py": "def main():\n    print('hello')\n",
        f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: tiny-filter\nVersion: 1.0\n",
        f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{INFO}/entry_points.txt": "[console_scripts]\ntiny-filter = tiny_filter:main\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{INFO}/RECORD"])
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in (files | {f"{INFO}/RECORD": record}).items():
            wheel.writestr(name, text)
    return path


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's file of peers that a folder of wheels satisfies."""
    make_wheel(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setattr(peers, "find_checkout", lambda _: tmp_path)
    path = tmp_path / "locks/peers.in"
    path.parent.mkdir()
    path.write_text("tiny-filter==1.0\n")
    return path


def test_what_a_file_names_is_installed_apart_from_this_environment(wheels: Path, tmp_path: Path) -> None:
    programs = install_peers(tmp_path / "peers", "peers")
    done = subprocess.run([programs / "tiny-filter"], capture_output=True, text=True, check=True)
    assert done.stdout == "hello\n"
    wheels.write_text("tiny-filter==2.0\n")
    with pytest.raises(WorkshopError, match=r"^peers could not be installed: .*tiny-filter==2.0"):
        install_peers(tmp_path / "again", "peers")


def test_another_python_finds_this_package_and_none_of_the_libraries_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the package is installed: a library of its own environment lies beside it."""
    installed = tmp_path / "site-packages"
    for name in PACKAGES:
        shutil.copytree(ROOT / "packages" / name / "src" / name, installed / name)
    (installed / "numpy.py").write_text("raise ImportError('of another environment')")
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: importlib.util.spec_from_file_location(name, installed / name / "__init__.py"),
    )
    venv.create(tmp_path / "other", with_pip=False)
    find = "importlib.util.find_spec('numpy')"
    asking = "import importlib.util, os, workshop\n"
    asking += f"print(os.path.realpath(workshop.__file__), {find})"
    with package_alone() as environment:
        said = subprocess.run(
            [tmp_path / "other/bin/python", "-c", asking],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    found, numpy = said.split()
    assert Path(found).parent == (installed / "workshop").resolve()
    assert numpy == "None"
    assert not Path(environment["PYTHONPATH"]).exists()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The prefix of a machine on which nothing is set up yet."""
    (tmp_path / "workshop.toml").write_text(f'prefix = "{tmp_path}"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    return tmp_path


def script(folder: Path, code: str) -> Path:
    (folder / "engine.py").write_text(code)
    return folder / "engine.py"


def test_an_environment_that_is_not_there_is_named(machine: Path) -> None:
    with pytest.raises(WorkshopError, match=r"no environment theano; .* name --theano-python"):
        machine_python("theano")
    assert machine_python("theano", Path(sys.executable)) == Path(sys.executable)


def test_an_engine_that_fails_or_is_silent_is_named_with_its_last_line(machine: Path) -> None:
    python = Path(sys.executable)
    with pytest.raises(WorkshopError, match=r"ours googlenet failed in .*KeyError: 'x'"):
        run_engine(python, script(machine, "{}['x']"), "ours", "googlenet", "1", compiled=machine)
    with pytest.raises(WorkshopError, match=r"ours failed in .*no output"):
        run_engine(python, script(machine, ""), "ours", compiled=machine)


def test_an_engine_is_told_what_a_kernel_is_and_where_to_compile(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is to be found in the shell that a bench is started from."""
    monkeypatch.delenv("THEANORC", raising=False)
    monkeypatch.delenv("THEANO_FLAGS", raising=False)
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    names = ("THEANORC", "THEANO_FLAGS", "MALLOC_TRIM_THRESHOLD_")
    code = f"import json, os; print(json.dumps({{'told': [*map(os.environ.get, {names})]}}))"
    engine = script(machine, code)

    def told() -> list[str | None]:
        found: list[str | None] = run_engine(Path(sys.executable), engine, compiled=Path("/compiled"))["told"]
        return found

    assert told() == [None, "blas.ldflags=-lopenblas,floatX=float32,base_compiledir=/compiled", None]
    kernel = machine / "venvs/jupyter/share/jupyter/kernels/theano/kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"env": {"THEANORC": "/etc/theanorc", "MALLOC_TRIM_THRESHOLD_": "7"}}')
    assert told() == ["/etc/theanorc", "base_compiledir=/compiled", "7"]
    monkeypatch.setenv("THEANORC", "mine")
    assert told() == ["mine", "base_compiledir=/compiled", "7"]
