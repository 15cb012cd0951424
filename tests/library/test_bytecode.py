"""Environments that share packages are compiled once; each imports what was made, and knows its own files."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_module import load_module

bytecode = load_module("module_utils/bytecode.py")

# Fails where a module's bytecode is missing or belongs to another text, which Python would then compile.
LOOK = """
import importlib.machinery, importlib, sys
def compiles(self, data, path, **options):
    raise SystemExit(f"{path} was not compiled")
importlib.machinery.SourceFileLoader.source_to_code = compiles
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    print(name, module.value(), module.value.__code__.co_filename == module.__file__)
"""
MODULE = "def value():\n    return {!r}\n"


def lay(library: Path, modules: dict[str, str], moment: int) -> None:
    """Write modules by their names, in packages where these have dots, all of one moment."""
    for name, value in modules.items():
        file = library / f"{name.replace('.', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(MODULE.format(value))
        os.utime(file, (moment, moment))


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list in which each file that is given to a compiler is noted."""
    files: list[str] = []
    real = bytecode._compile

    def noted(interpreter: Path, share: list[str], pass_fds: list[int]) -> None:
        files.extend(share)
        real(interpreter, share, pass_fds)

    monkeypatch.setattr(bytecode, "_compile", noted)
    return files


def look(library: Path, modules: dict[str, str]) -> None:
    """Hold that each module is loaded from bytecode, is the environment's, and says where it lies."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *modules],
        env={"PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = [f"{name} {value} True" for name, value in modules.items()]
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")


@pytest.mark.parametrize("seed", range(3))
def test_each_environment_imports_its_own_and_what_is_shared_is_compiled_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Side by side, with packages that they share, have in two versions, or have alone."""
    dice, files = random.Random(seed), compiled(monkeypatch)
    names = [f"one{number}" for number in range(6)] + [f"some.deep.er{number}" for number in range(6)]
    environments = {
        # Versions have the same length, and so has each file: only the text tells them apart.
        tmp_path / place: {name: dice.choice("aaab") for name in names if dice.random() < 0.8}
        for place in ("theano", "tensorflow", "jupyter")
    }
    # As uv links them, of one moment, and as it copies them from another disk.
    for moment, (library, modules) in zip((10**9, 10**9, 10**9 + 1), environments.items(), strict=True):
        lay(library, modules, moment)
    shared = bytecode.Bytecode()
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda library: shared.compile(Path(sys.executable), library, []), environments))
    for library, modules in environments.items():
        look(library, modules)
    # The first one's of each name, and what is different from it: of two versions at most one more each.
    there = [(name, text) for modules in environments.values() for name, text in modules.items()]
    assert len({name for name, _ in there}) <= len(files) == len(set(files)) < len(there)


def test_what_came_later_is_compiled_anew_and_the_rest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update gives one environment another version of a module that both had."""
    libraries = [tmp_path / "one", tmp_path / "two"]
    for library in libraries:
        lay(library, {"changed": "old", "kept": "old"}, 10**9)
    for values in ("old", "old"), ("new", "old"), ("new", "new"):
        for library, value in zip(libraries, values, strict=True):
            if value == "new":
                lay(library, {"changed": value}, 2 * 10**9)
        shared = bytecode.Bytecode()
        for library, value in zip(libraries, values, strict=True):
            shared.compile(Path(sys.executable), library, [])
            look(library, {"changed": value, "kept": "old"})
            there = sorted(path.name.partition(".")[0] for path in (library / "__pycache__").iterdir())
            assert there == ["changed", "kept"]


def test_what_was_left_for_an_older_text_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the compiler of the first one was ended, older bytecode is there yet; the size is the same."""
    for place in ("one", "two"):
        lay(tmp_path / place, {"module": "old"}, 10**9)
    bytecode.Bytecode().compile(Path(sys.executable), tmp_path / "one", [])
    for place in ("one", "two"):
        lay(tmp_path / place, {"module": "new"}, 2 * 10**9)
    shared = bytecode.Bytecode()
    with monkeypatch.context() as patch:
        patch.setattr(bytecode, "_compile", lambda *_: None)
        shared.compile(Path(sys.executable), tmp_path / "one", [])
    shared.compile(Path(sys.executable), tmp_path / "two", [])
    look(tmp_path / "two", {"module": "new"})


def test_what_the_first_could_not_compile_hinders_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one whose compiler is ended leave others waiting."""
    for place in ("one", "two"):
        lay(tmp_path / place, {"fine": "yes"}, 10**9)
        (tmp_path / place / "template.py").write_text("{{ no python }}")
    shared = bytecode.Bytecode()
    with pytest.raises(OSError, match="nowhere"):
        shared.compile(tmp_path / "nowhere", tmp_path / "one", [])
    shared.compile(Path(sys.executable), tmp_path / "two", [])
    look(tmp_path / "two", {"fine": "yes"})


def test_a_link_for_bytecode_is_not_written_through(tmp_path: Path) -> None:
    """Such a file is replaced, as Python's own compiler does."""
    for place in ("one", "two"):
        lay(tmp_path / place, {"module": "yes"}, 10**9)
    shared = bytecode.Bytecode()
    shared.compile(Path(sys.executable), tmp_path / "one", [])
    name = next((tmp_path / "one/__pycache__").iterdir()).name
    (tmp_path / "two/__pycache__").mkdir()
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "two/__pycache__" / name).symlink_to(tmp_path / "elsewhere")
    shared.compile(Path(sys.executable), tmp_path / "two", [])
    assert (tmp_path / "elsewhere").read_text() == "kept"
    look(tmp_path / "two", {"module": "yes"})
