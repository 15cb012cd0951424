"""The precompiled header: made once, made anew when something else compiles, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workshop.machine import precompiled

TEXT = "#include <iostream>\nint x;\n"
GIVEN = {"src_code": TEXT, "lib_dirs": ["/libs"]}
# Stands for g++: what it says becomes the header, and each call is noted.
PROGRAM = """#!/bin/sh
echo "$*" >>"$0.calls"
for word; do :; done
echo compiled >"$word"
"""


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """Each test is a process of its own, as far as the module knows."""
    precompiled._useless.clear()
    yield
    precompiled._useless.clear()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "g++"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return path


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    folder = tmp_path / "with a space" / "compiledir"
    folder.mkdir(parents=True)
    return folder


def calls(program: Path) -> int:
    noted = program.with_name("g++.calls")
    return len(noted.read_text().splitlines()) if noted.exists() else 0


class Compiler:
    """Notes the flags that it is given, and fails where it is told to."""

    def __init__(self, *, fails_with_header: bool = False, fails_without: bool = False) -> None:
        self.fails = {True: fails_with_header, False: fails_without}
        self.flags: list[list[str]] = []

    def compile_args(self) -> list[str]:
        return ["-w"]

    def compile_str(self, *, preargs: list[str], **given: Any) -> Any:
        self.flags.append(preargs)
        if self.fails["-include" in preargs]:
            raise OSError("Compilation failed")
        return given


def compile_with(compiler: Compiler, program: Path, compiled: Path) -> Any:
    return precompiled.compile_str(
        compiler, str(program), ["/includes"], str(compiled), preargs=["-O3"], **GIVEN
    )


def test_what_a_killed_process_left_is_removed(program: Path, compiled: Path) -> None:
    left = compiled / f"{precompiled.FOLDER}left" / "new"
    left.mkdir(parents=True)
    (left / "theano.h.gch").write_text("half")
    header = precompiled.find_or_make(str(program), [], compiled)
    assert header is not None
    assert list(compiled.iterdir()) == [header.parent]


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\nexit 0\n", None])
def test_without_a_header_modules_are_compiled_all_the_same(
    program: Path, compiled: Path, script: str | None
) -> None:
    """The disk is full, memory is short, there is no compiler: Theano itself says so, where it matters."""
    if script is None:
        program.unlink()
    else:
        program.write_text(script)
    compiler = Compiler()
    assert compile_with(compiler, program, compiled) == GIVEN
    assert compiler.flags == [["-O3"]]
    assert list(compiled.iterdir()) == []


def test_one_that_the_compiler_cannot_read_is_thrown_away(program: Path, compiled: Path) -> None:
    compiler = Compiler(fails_with_header=True)
    for _ in range(2):
        assert compile_with(compiler, program, compiled) == GIVEN, "what was given, as it was"
    assert ["-include" in flags for flags in compiler.flags] == [True, False, False]
    assert list(compiled.iterdir()) == []
    precompiled._useless.clear()
    assert compile_with(Compiler(), program, compiled)
    assert calls(program) == 6


def test_a_fault_of_the_code_is_raised_and_the_header_stays(program: Path, compiled: Path) -> None:
    with pytest.raises(OSError, match="Compilation failed"):
        compile_with(Compiler(fails_with_header=True, fails_without=True), program, compiled)
    (folder,) = compiled.iterdir()
    assert (folder / "theano.h.gch").is_file()
