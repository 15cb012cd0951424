"""The precompiled header: made once, made anew when something else compiles, and never in the way."""

from __future__ import annotations

import os
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


def with_header(header: Path) -> list[str]:
    """Return the flags of a module that is compiled with a header."""
    service = str(header.with_name("theano.o"))
    return ["-O3", "-std=gnu++11", "-Wl,--no-as-needed", service, "-include", str(header)]


def test_is_made_by_the_first_module_and_used_by_all(program: Path, compiled: Path) -> None:
    compiler = Compiler()
    given = compile_with(compiler, program, compiled)
    compile_with(compiler, program, compiled)
    (folder,) = compiled.iterdir()
    header = folder / "theano.h"
    assert compiler.flags == [with_header(header)] * 2
    assert header.read_text() == precompiled.HEADER
    assert header.with_name("theano.h.gch").read_text() == "compiled\n"
    # The text that goes with it, and the library beside it before all others.
    assert given == {"src_code": "int x;\n", "lib_dirs": [str(folder), "/libs"]}
    assert (folder / "libstdc++.so").read_text() == "compiled\n"
    assert (folder / "theano.o").read_text() == "compiled\n"
    made, linked, served = program.with_name("g++.calls").read_text().splitlines()
    assert {"-g", "-O3", "-w", "-I/includes", "-std=gnu++11", "-fvisibility=hidden"} < set(made.split())
    assert {"-shared", "-nostdlib", "-Wl,-soname,libstdc++.so.6"} < set(linked.split())
    assert {"-O3", "-w", "-fPIC", "-c", "-fvisibility=hidden"} < set(served.split())


def test_another_compiler_or_other_flags_have_one_of_their_own(program: Path, compiled: Path) -> None:
    first = precompiled.find_or_make(str(program), ["-O3"], compiled)
    other = precompiled.find_or_make(str(program), ["-O2"], compiled)
    os.utime(program, (1, 1))
    updated = precompiled.find_or_make(str(program), ["-O2"], compiled)
    assert len({first, other, updated}) == 3
    # The others are gone, for each takes 19 MB.
    assert [folder / "theano.h" for folder in compiled.iterdir()] == [updated]


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


def test_is_not_tried_again_by_the_same_process(program: Path, compiled: Path) -> None:
    program.write_text(PROGRAM + "exit 1\n")
    for _ in range(3):
        assert precompiled.find_or_make(str(program), [], compiled) is None
    assert calls(program) == 1


def test_one_that_the_compiler_cannot_read_is_thrown_away(program: Path, compiled: Path) -> None:
    compiler = Compiler(fails_with_header=True)
    for _ in range(2):
        assert compile_with(compiler, program, compiled) == GIVEN, "what was given, as it was"
    assert ["-include" in flags for flags in compiler.flags] == [True, False, False]
    assert list(compiled.iterdir()) == []
    precompiled._useless.clear()
    assert compile_with(Compiler(), program, compiled)
    assert calls(program) == 6


@pytest.mark.parametrize("name", ["libstdc++.so", "theano.o", "theano.h.gch"])
def test_one_of_which_something_is_missing_is_made_anew(program: Path, compiled: Path, name: str) -> None:
    """Linked with C++'s own library instead, a module would take longer; half a header is none."""
    header = precompiled.find_or_make(str(program), [], compiled)
    assert header is not None
    header.with_name(name).unlink()
    assert precompiled.find_or_make(str(program), [], compiled) == header
    assert header.with_name(name).is_file()


def test_a_fault_of_the_code_is_raised_and_the_header_stays(program: Path, compiled: Path) -> None:
    with pytest.raises(OSError, match="Compilation failed"):
        compile_with(Compiler(fails_with_header=True, fails_without=True), program, compiled)
    (folder,) = compiled.iterdir()
    assert (folder / "theano.h.gch").is_file()


@pytest.fixture
def machine(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the header that set-up made for the whole machine, for the flags of the tests."""
    monkeypatch.setattr(precompiled, "MACHINE", tmp_path / "gof")
    place = tmp_path / "gof" / f"{precompiled.PREPARED}here"
    place.mkdir(parents=True)
    precompiled.make_in(str(program), precompiled.flags_of(Compiler(), ["/includes"]), place)
    (folder,) = place.iterdir()
    return folder


def test_the_machines_header_is_used_by_all_and_an_accounts_own_one_goes(
    program: Path, compiled: Path, machine: Path
) -> None:
    (compiled / f"{precompiled.FOLDER}before").mkdir()
    compiler = Compiler()
    compile_with(compiler, program, compiled)
    assert compiler.flags == [with_header(machine / "theano.h")]
    assert calls(program) == 3
    assert list(compiled.iterdir()) == []


def test_a_machines_header_for_another_compiler_is_passed_over(
    program: Path, compiled: Path, machine: Path
) -> None:
    """As on a machine that was copied to another processor, or whose compiler was updated since."""
    os.utime(program, (1, 1))
    compiler = Compiler()
    compile_with(compiler, program, compiled)
    (folder,) = compiled.iterdir()
    assert compiler.flags == [with_header(folder / "theano.h")]
    assert machine.is_dir()


def test_a_machines_header_that_the_compiler_cannot_read_is_left_and_an_own_one_made(
    program: Path, compiled: Path, machine: Path
) -> None:
    broken, sound = Compiler(fails_with_header=True), Compiler()
    compile_with(broken, program, compiled)
    compile_with(sound, program, compiled)
    (folder,) = compiled.iterdir()
    assert sound.flags == [with_header(folder / "theano.h")]
    assert (machine / "theano.h.gch").is_file()
