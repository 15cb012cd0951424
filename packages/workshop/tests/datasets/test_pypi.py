"""The real pip, against an index of the test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from datasets.building import (
    CONTENT,
    fetch,
    make_wheel,
    offer,
    pypi_source,
)
from datasets.conftest import Server, left_over
from workshop.datasets import archive, pypi
from workshop.datasets.catalogue import Source
from workshop.datasets.fetch import fetched_together
from workshop.datasets.network import STRANGERS_ATTEMPTS, Run, UnreachableError
from workshop.datasets.store import WrongContentError


@pytest.fixture
def thing(index: Server, tmp_path: Path) -> Path:
    """A wheel that the index offers."""
    path = make_wheel(tmp_path, "thing", {"thing/file.bin": CONTENT})
    offer(index, path)
    return path


def test_a_dead_index_is_asked_once(thing: Path, run: Run, index: Server, monkeypatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    source = pypi_source(thing)
    with pytest.raises(UnreachableError, match="Python package index does not answer"):
        fetch(source, run)
    monkeypatch.setattr(pypi, "run_client", lambda *_, **__: pytest.fail("it was asked again"))
    with pytest.raises(UnreachableError, match="Python package index does not answer"):
        fetch(pypi_source(thing, version="2.0"), run)


def test_an_index_that_hangs_is_given_up_on(
    index: Server, thing: Path, run: Run, little_patience: None
) -> None:
    index.hang("/simple/thing/")
    with pytest.raises(UnreachableError, match=r"(gave no answer|does not answer)"):
        fetch(pypi_source(thing), run)
    assert not run.reach.alive("pypi")
    assert [path for path, _ in index.asked] == ["/simple/thing/"] * STRANGERS_ATTEMPTS


def test_many_come_in_one_call_and_a_refused_one_does_not_spoil_the_others(
    index: Server, tmp_path: Path, thing: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive with another hash is never opened."""
    offer(index, make_wheel(tmp_path, "other", {"other/file.bin": CONTENT}))
    good = pypi_source(thing)
    bad = pypi_source(tmp_path / "other-1.0-py3-none-any.whl", sha256="1" * 64)
    run.together = fetched_together([good, bad])
    assert fetch(good, run).read_bytes() == CONTENT
    monkeypatch.setattr(archive, "read_members", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(WrongContentError, match="hash is not the one in the catalogue"):
        fetch(bad, run, name="another")


def test_many_come_in_one_call(index: Server, tmp_path: Path, thing: Path, run: Run) -> None:
    """A wrong file in the right archive is never kept, and of the archives nothing is left over."""
    offer(index, make_wheel(tmp_path, "other", {"other/file.bin": CONTENT}))
    sources = [pypi_source(thing), pypi_source(tmp_path / "other-1.0-py3-none-any.whl")]
    run.together = fetched_together(sources)
    with pytest.raises(WrongContentError, match="wrong file"):
        fetch(sources[0], run, content=CONTENT + b"!")
    assert not (run.store.folder / "thing").exists()
    for source in sources:
        assert fetch(source, run, name=source.package).read_bytes() == CONTENT
    assert [path for path, _ in index.asked].count("/files/thing-1.0-py3-none-any.whl") == 1
    run.store.clean()
    shutil.rmtree(run.pip_cache, ignore_errors=True)
    assert left_over(run.store) == []


def test_only_packages_for_one_platform_go_together() -> None:
    def source(name: str, platform: str) -> Source:
        return Source("pypi", (), package=name, platform=platform, python="3.11" if platform else "")

    sources = [source("a", ""), source("b", "linux"), source("c", "windows"), source("d", "linux")]
    together = fetched_together([*sources, Source("npm", (), package="e")])
    assert [each.package for each in together] == ["a", "b", "d"]
