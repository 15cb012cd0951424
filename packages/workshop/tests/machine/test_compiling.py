"""The seconds that compiling takes: of this process and its compilers, once, where somebody counts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from workshop.machine import compiling
from workshop.machine.compiling import Record, counted

BURN = "import time\nwhile time.process_time() < {seconds}: pass"


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


under_way = []


@counted
def compile_module(here: float, compiler: float) -> types.ModuleType:
    """Stands for Theano: it writes code, and a compiler takes it."""
    burn(here)
    under_way.append([path.name for path in Path(os.environ.get(compiling.RECORD, "/")).parent.glob("*.now")])
    subprocess.run([sys.executable, "-S", "-c", BURN.format(seconds=compiler)], check=True)
    return types.ModuleType("m1")


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    file = tmp_path / "compiling.jsonl"
    monkeypatch.setenv(compiling.RECORD, str(file))
    return Record(file)


def test_this_process_and_the_compiler_are_counted(record: Record) -> None:
    burn(0.4)
    subprocess.run([sys.executable, "-S", "-c", BURN.format(seconds=0.4)], check=True)
    compile_module(0.1, 0.3)
    (line,) = record.new_lines()
    assert line["module"] == "m1"
    assert under_way[-1] == ["compiling.jsonl.now"] and not record.is_under_way()
    # The compiler's start is its own, too, and longer on a busy machine; what went before took twice that.
    assert 0.39 <= line["cpu_seconds"] < 0.75
    assert record.new_lines() == []


def test_a_call_within_another_is_counted_once(record: Record) -> None:
    @counted
    def module_from_key() -> str:
        burn(0.05)
        compile_module(0.05, 0.0)
        return "done"

    assert module_from_key() == "done"
    assert len(record.new_lines()) == 1
    compile_module(0.0, 0.0)
    assert len(record.new_lines()) == 1


def test_what_fails_took_its_time_as_well(record: Record) -> None:
    @counted
    def fails() -> None:
        burn(0.1)
        raise ValueError("no compiler")

    with pytest.raises(ValueError, match="no compiler"):
        fails()
    (line,) = record.new_lines()
    # More than it burnt, where the machine's own host took the processor away.
    assert 0.09 <= line["cpu_seconds"] < 0.5


def test_where_nobody_counts_nothing_is_written(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiling.RECORD)
    compile_module(0.0, 0.0)
    assert not record.path.exists() and record.new_lines() == []


def test_a_record_that_cannot_be_written_hinders_nothing(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiling.RECORD, str(tmp_path / "no" / "folder"))
    assert compile_module(0.0, 0.0).__name__ == "m1"


def test_half_a_line_is_read_when_it_is_whole(record: Record) -> None:
    record.path.write_text('{"module": "a", "cpu_seconds": 1}\n{"mod')
    assert [line["module"] for line in record.new_lines()] == ["a"]
    with record.path.open("a") as file:
        file.write('ule": "b", "cpu_seconds": 2}\n{"mod{}\n')
    assert [line["module"] for line in record.new_lines()] == ["b"]
