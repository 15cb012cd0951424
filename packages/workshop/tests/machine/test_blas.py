"""Whether a BLAS really links is found out by linking."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workshop.core.settings import Settings
from workshop.machine import blas
from workshop.machine.lines import State

needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")


@needs_compiler
def test_a_library_that_is_missing_is_named() -> None:
    line = blas.link("-lno_such_blas_anywhere", seconds=30)
    assert line.state is State.RED
    assert "no_such_blas_anywhere" in line.text
    assert "openblas" in line.advice


@needs_compiler
def test_a_right_product_is_green_and_a_wrong_one_red(tmp_path: Path) -> None:
    for result, state in (("46", State.GREEN), ("45", State.RED)):
        source = tmp_path / f"blas{result}.cpp"
        source.write_text(
            'extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*,'
            " const float*,"
            " const float*, const int*, const float*, const int*, const float*, float* c, const int*)"
            f" {{ c[3] = {result}; }}\n"
        )
        assert blas.link(str(source), seconds=30).state is state


def test_no_compiler_says_what_to_install() -> None:
    line = blas.link("-lopenblas", compiler="no-such-compiler")
    assert line.state is State.RED
    assert "install g++" in line.advice


def test_the_machines_own_flags_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/theanorc").write_text("[global]\ndevice = cpu\n[blas]\nldflags = -lmine\n")
    asked: list[str] = []
    monkeypatch.setattr(blas, "link", lambda flags: asked.append(flags))
    blas.blas(Settings(prefix=tmp_path))
    blas.blas(Settings())
    assert asked == ["-lmine", blas.DEFAULT_FLAGS]


@pytest.mark.parametrize("text", [None, "[global]\ndevice = cpu\n", "nonsense"])
def test_a_broken_theanorc_is_red(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/theanorc").write_text(text)
    line = blas.blas(Settings(prefix=tmp_path))
    assert line.state is State.RED
    assert "\n" not in line.text
