"""The real pip, against an index of the test's own."""

from __future__ import annotations

import shutil
from http.server import BaseHTTPRequestHandler
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
from workshop.datasets import archive, network, pypi
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


def test_a_file_comes_out_of_a_wheel(index: Server, thing: Path, run: Run) -> None:
    source = pypi_source(thing)
    assert fetch(source, run).read_bytes() == CONTENT
    run.store.clean()
    shutil.rmtree(run.pip_cache, ignore_errors=True)
    assert left_over(run.store) == []


def test_an_archive_with_another_hash_is_never_opened(
    index: Server, thing: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "read_members", lambda *_: pytest.fail("it was opened"))
    source = pypi_source(thing, sha256="0" * 64)
    with pytest.raises(WrongContentError, match="hash is not the one in the catalogue"):
        fetch(source, run)


def test_a_wrong_file_in_the_right_archive_is_never_kept(index: Server, thing: Path, run: Run) -> None:
    source = pypi_source(thing)
    with pytest.raises(WrongContentError, match="wrong file"):
        fetch(source, run, content=CONTENT + b"!")
    assert not (run.store.folder / "thing").exists()


def test_a_dead_index_is_asked_once(thing: Path, run: Run, index: Server, monkeypatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    source = pypi_source(thing)
    with pytest.raises(UnreachableError, match="Python package index gives no answer"):
        fetch(source, run)
    monkeypatch.setattr(pypi, "run_client", lambda *_, **__: pytest.fail("it was asked again"))
    with pytest.raises(UnreachableError, match="Python package index gives no answer"):
        fetch(pypi_source(thing, version="2.0"), run)


def test_an_index_that_hangs_is_given_up_on(
    index: Server, thing: Path, run: Run, little_patience: None
) -> None:
    index.hang("/simple/thing/")
    with pytest.raises(UnreachableError, match=r"(gave|gives) no answer"):
        fetch(pypi_source(thing), run)
    assert not run.reach.alive("pypi")
    assert [path for path, _ in index.asked] == ["/simple/thing/"] * STRANGERS_ATTEMPTS


@pytest.mark.parametrize("known", [False, True])
def test_an_index_that_answers_slowly_once_is_asked_again(
    index: Server, thing: Path, run: Run, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    if known:
        other = make_wheel(thing.parent, "other", {"other/file.bin": CONTENT})
        offer(index, other)
        fetch(pypi_source(other), run, name="other")
    # pip itself takes whole seconds.
    monkeypatch.setattr(network, "PATIENCE", (1.0, 60.0, 60.0))
    page, slow = index.answers["/simple/thing/"], iter([index.ended.wait])

    def answer(request: BaseHTTPRequestHandler) -> None:
        for wait in slow:
            wait()
        page(request)

    index.answers["/simple/thing/"] = answer
    assert fetch(pypi_source(thing), run).read_bytes() == CONTENT


def test_many_come_in_one_call_and_a_refused_one_does_not_spoil_the_others(
    index: Server, tmp_path: Path, thing: Path, run: Run
) -> None:
    offer(index, make_wheel(tmp_path, "other", {"other/file.bin": CONTENT}))
    good = pypi_source(thing)
    bad = pypi_source(tmp_path / "other-1.0-py3-none-any.whl", sha256="1" * 64)
    run.together = fetched_together([good, bad])
    assert fetch(good, run).read_bytes() == CONTENT
    with pytest.raises(WrongContentError):
        fetch(bad, run, name="another")


def test_many_come_in_one_call(index: Server, tmp_path: Path, thing: Path, run: Run) -> None:
    offer(index, make_wheel(tmp_path, "other", {"other/file.bin": CONTENT}))
    sources = [pypi_source(thing), pypi_source(tmp_path / "other-1.0-py3-none-any.whl")]
    run.together = fetched_together(sources)
    for source in sources:
        assert fetch(source, run, name=source.package).read_bytes() == CONTENT
    assert [path for path, _ in index.asked].count("/files/thing-1.0-py3-none-any.whl") == 1


def test_only_packages_for_one_platform_go_together() -> None:
    def source(name: str, platform: str) -> Source:
        return Source("pypi", (), package=name, platform=platform, python="3.11" if platform else "")

    sources = [source("a", ""), source("b", "linux"), source("c", "windows"), source("d", "linux")]
    together = fetched_together([*sources, Source("npm", (), package="e")])
    assert [each.package for each in together] == ["a", "b", "d"]
