"""What is compiled once for a machine: made once, made anew when something else compiles, lent to Theano."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop.machine import prepare, prepared

FLAGS = "-w -g0 -march=x86-64-v2"


@pytest.fixture
def theano(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose parts are compiled by a program that writes down that it was asked."""
    package = tmp_path / "site-packages" / "theano"
    (package / "gof").mkdir(parents=True)
    program = tmp_path / "python"
    program.write_text(
        '#!/bin/sh\necho called >>"$0.calls"\n'
        'folder="${THEANO_FLAGS#*base_compiledir=}"\nfolder="${folder%%,*}/compiledir"\n'
        "for part in cutils_ext lazylinker_ext scan_perform; do\n"
        '  mkdir -p "$folder/$part"\n  echo "_version = 1" >"$folder/$part/__init__.py"\n'
        '  echo machine code >"$folder/$part/$part.so"\n  echo text >"$folder/$part/mod.cpp"\ndone\n'
        'mkdir "$4/precompiled-1"\necho header >"$4/precompiled-1/theano.h.gch"\n'
    )
    program.chmod(0o755)
    compiler = tmp_path / "g++"
    compiler.write_text("one version")
    compiler.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(prepare.importlib.metadata, "version", lambda name: "1.23.5")
    return package


def calls(theano: Path) -> int:
    noted = theano.parents[1] / "python.calls"
    return len(noted.read_text().splitlines()) if noted.exists() else 0


def test_all_is_made_once_and_can_be_read_by_everybody(theano: Path) -> None:
    before = os.umask(0o077)
    try:
        assert prepare.prepare(theano, FLAGS)
    finally:
        os.umask(before)
    assert not prepare.prepare(theano, FLAGS)
    assert calls(theano) == 1
    (place,) = (theano / "gof").iterdir()
    assert place == prepared.folder(theano, "1.23.5")
    found = {str(path.relative_to(place)): path.stat().st_mode & 0o777 for path in place.rglob("*")}
    assert {name for name, mode in found.items() if mode == 0o644} == {
        "made.json",
        "precompiled-1/theano.h.gch",
        *(f"{part}/{name}" for part in prepared.PARTS for name in ("__init__.py", f"{part}.so")),
    }
    assert {mode for name, mode in found.items() if (place / name).is_dir()} == {0o755}


def test_a_look_makes_nothing(theano: Path) -> None:
    assert prepare.prepare(theano, FLAGS, check=True)
    assert list((theano / "gof").iterdir()) == []


@pytest.mark.parametrize("what", ["flags", "compiler", "truncated", "missing", "record", "numpy"])
def test_another_compiler_or_what_was_damaged_is_made_anew(
    theano: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    prepare.prepare(theano, FLAGS)
    (place,) = (theano / "gof").iterdir()
    flags = FLAGS
    if what == "flags":
        flags = "-w"
    elif what == "compiler":
        (theano.parents[1] / "g++").write_text("another version")
    elif what == "truncated":
        os.truncate(place / "precompiled-1/theano.h.gch", 3)
    elif what == "missing":
        (place / "scan_perform/scan_perform.so").unlink()
    elif what == "record":
        (place / prepare.RECORD).write_text("[]")
    else:
        monkeypatch.setattr(prepare.importlib.metadata, "version", lambda name: "1.24.0")
    assert prepare.prepare(theano, flags)
    assert not prepare.prepare(theano, flags)
    assert calls(theano) == 2
    (place,) = (theano / "gof").iterdir()
    assert (place / "precompiled-1/theano.h.gch").read_text() == "header\n"


def test_what_a_killed_set_up_left_is_removed(theano: Path) -> None:
    (theano / "gof" / f"{prepare.MAKING}left" / "new").mkdir(parents=True)
    prepare.prepare(theano, FLAGS)
    assert [path.name[:9] for path in (theano / "gof").iterdir()] == ["prepared-"]


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
def test_without_a_compiler_nothing_is_made_and_set_up_goes_on(
    theano: Path, capsys: pytest.CaptureFixture[str], script: str
) -> None:
    Path(sys.executable).write_text(f"#!/bin/sh\necho 'no g++' >&2\n{script}\n")
    assert not prepare.prepare(theano, FLAGS)
    assert list((theano / "gof").iterdir()) == []
    assert "nothing made for the machine" in capsys.readouterr().err


@pytest.fixture
def part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A part that was made for this machine."""
    place = tmp_path / "prepared-here"
    package = place / "part_ext"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("_version = 0.2\n")
    (package / "part_ext.py").write_text("answer = 42\n")
    monkeypatch.setattr(prepared, "here", lambda: place)
    yield package
    for name in ("part_ext", "part_ext.part_ext"):
        sys.modules.pop(name, None)


def test_what_was_made_is_lent_although_the_account_has_an_empty_place_for_it(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theano lays out a package in the account's folder before it looks into it."""
    (tmp_path / "account" / "part_ext").mkdir(parents=True)
    (tmp_path / "account" / "part_ext" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "account"))
    path = list(sys.path)
    prepared.lend("part_ext")
    assert sys.path == path
    import part_ext  # type: ignore[import-not-found]
    from part_ext.part_ext import answer  # type: ignore[import-not-found]

    assert (part_ext._version, answer) == (0.2, 42)


@pytest.mark.parametrize("what", ["broken", "missing", "not wanted"])
def test_what_cannot_be_lent_is_left_to_theano(
    part: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "broken":
        (part / "part_ext.py").write_text("raise ImportError('undefined symbol')\n")
    elif what == "missing":
        (part / "__init__.py").unlink()
    else:
        monkeypatch.setenv(prepared.ANEW, "1")
    prepared.lend("part_ext")
    assert "part_ext" not in sys.modules
