"""Which BLAS it is, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from workshop.machine.lines import State
from workshop.machine.tuning import libraries

SYSTEM = {
    "user_api": "blas",
    "internal_api": "openblas",
    "num_threads": 2,
    "filepath": "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.29.so",
    "version": "0.3.29",
    "threading_layer": "pthreads",
    "architecture": "Haswell",
}
BUNDLED = {**SYSTEM, "filepath": "/venv/site-packages/numpy.libs/libopenblas64.so", "version": "0.3.20"}


def states(
    flags: str, *entries: dict[str, Any], maps: str = "", features: tuple[str, ...] = ("avx2",)
) -> Any:
    found = libraries.judge(flags, libraries.loaded(entries), maps, features)
    return found, [line.state for line in found]


def test_a_good_one_is_green() -> None:
    found, state = states("-lopenblas", BUNDLED, SYSTEM)
    assert state == [State.GREEN]
    assert "OpenBLAS 0.3.29 for Haswell" in found[0].text


def test_no_flags_mean_no_blas() -> None:
    found, state = states("", BUNDLED)
    assert state == [State.RED]
    assert "THEANORC" in found[0].advice


@pytest.mark.parametrize(
    ("maps", "named"), [("… /usr/lib/libblas.so.3.12 …", "reference"), ("", "unknown (-lsomething)")]
)
def test_a_library_that_is_none_of_the_fast_ones_is_red(maps: str, named: str) -> None:
    found, state = states("-lsomething", BUNDLED, maps=maps)
    assert state == [State.RED]
    assert named in found[0].text and "openblas" in found[0].advice


def test_a_build_without_threads_is_said() -> None:
    found, state = states("-lopenblas", {**SYSTEM, "threading_layer": "disabled"})
    assert state == [State.GREEN, State.YELLOW]
    assert "one thread only" in found[1].text


@pytest.mark.parametrize(
    ("features", "named"), [(("avx2",), "OPENBLAS_CORETYPE"), ((), "virtual machine can be given")]
)
def test_a_core_of_the_past_is_said(features: tuple[str, ...], named: str) -> None:
    found, state = states("-lopenblas", {**SYSTEM, "architecture": "Prescott"}, features=features)
    assert state == [State.GREEN, State.YELLOW]
    assert named in found[1].advice


def test_this_process() -> None:
    pytest.importorskip("threadpoolctl", reason="needs Theano's environment")
    pytest.importorskip("theano", reason="needs Theano's environment")
    assert libraries.of_theano()[0].check == "Theano's BLAS"
