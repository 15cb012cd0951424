from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from datasets.conftest import Server, dataset_of, file_of, left_over, url_source
from workshop.core.errors import WorkshopError
from workshop.core.output import Progress
from workshop.datasets import fetch as module
from workshop.datasets.catalogue import Dataset, Source
from workshop.datasets.fetch import Options, Result, fetch_all
from workshop.datasets.network import STRANGERS_ATTEMPTS
from workshop.datasets.store import Store

CONTENT = bytes(range(256)) * 1000
PAGE = b"<!doctype html>please sign in"


class Fetching:
    """Fetches into one data folder again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *datasets: Dataset, **options: Any) -> list[Result]:
        store = Store(self.folder)
        return fetch_all(list(datasets), datasets, store, Options(**options), Progress(Console(quiet=True)))

    def file(self, name: str = "thing") -> Path:
        return self.folder / name / "file.bin"


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    return Fetching(tmp_path / "data")


def fill(folder: Path, content: bytes = CONTENT, name: str = "thing") -> Path:
    """Lay a file out as a stick or the cache has it."""
    path = folder / "data" / name / "file.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return folder


def test_the_first_source_that_delivers_is_taken(fetching: Fetching, server: Server) -> None:
    dataset = dataset_of(
        CONTENT,
        url_source("http://127.0.0.1:9/dead"),
        url_source(server.fail("/missing", 404)),
        url_source(server.serve("/page", PAGE, "text/html")),
        url_source(server.serve("/wrong", CONTENT[:-1] + b"!")),
        url_source(server.serve("/right", CONTENT)),
        url_source(server.serve("/never", CONTENT)),
    )
    result = fetching(dataset)[0]
    assert (result.state, result.source) == ("fetched", f"127.0.0.1:{server.port}")
    assert fetching.file().read_bytes() == CONTENT
    assert [path for path, _ in server.asked] == ["/missing", "/page", "/wrong", "/right"]
    assert left_over(Store(fetching.folder)) == []


def test_what_nobody_has_is_unavailable_with_every_reason_in_one_line(
    fetching: Fetching, server: Server
) -> None:
    dead = dataset_of(
        CONTENT,
        url_source("http://127.0.0.1:9/dead"),
        url_source(server.serve("/page", PAGE, "text/html")),
        name="dead",
    )
    alive = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)), name="alive")
    unavailable, fetched = fetching(dead, alive)
    assert (unavailable.state, fetched.state) == ("unavailable", "fetched")
    assert "127.0.0.1:9 cannot be reached" in unavailable.why
    assert "web page" in unavailable.why
    assert "\n" not in unavailable.why
    assert not fetching.file("dead").exists()


def test_the_stick_comes_before_the_network(fetching: Fetching, server: Server, tmp_path: Path) -> None:
    stick = fill(tmp_path / "stick")
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    result = fetching(dataset, folders=(tmp_path / "not-plugged-in", stick))[0]
    assert (result.state, result.source) == ("fetched", f"folder {stick}")
    assert server.asked == []


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"!", b"", PAGE])
def test_a_wrong_file_on_the_stick_is_passed_over(
    fetching: Fetching, server: Server, tmp_path: Path, content: bytes
) -> None:
    stick = fill(tmp_path / "stick", content)
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    result = fetching(dataset, folders=(stick,))[0]
    assert result.source == f"127.0.0.1:{server.port}"
    assert fetching.file().read_bytes() == CONTENT


def test_offline_a_wrong_file_on_the_stick_is_the_reason(fetching: Fetching, tmp_path: Path) -> None:
    stick = fill(tmp_path / "stick", CONTENT[:-1] + b"!")
    result = fetching(dataset_of(CONTENT), folders=(stick,), offline=True)[0]
    assert result.state == "unavailable"
    assert "wrong file" in result.why
    assert not fetching.file().exists()


def test_offline_with_a_warm_cache_everything_arrives(
    fetching: Fetching, server: Server, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    fetching(dataset, folders=(cache,), cache=cache)
    shutil.rmtree(fetching.folder)
    server.asked.clear()
    result = fetching(dataset, folders=(cache,), cache=cache, offline=True)[0]
    assert (result.state, result.source) == ("fetched", f"folder {cache}")
    assert fetching.file().read_bytes() == CONTENT
    assert server.asked == []


def test_a_cache_that_cannot_be_written_to_does_not_matter(
    fetching: Fetching, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    assert fetching(dataset, cache=tmp_path / "cache")[0].state == "fetched"


def test_a_cache_on_another_disk_gets_a_copy(
    fetching: Fetching, server: Server, tmp_path, monkeypatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(module.os, "link", refuse)
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    fetching(dataset, cache=tmp_path / "cache")
    copy = tmp_path / "cache" / "data" / "thing" / "file.bin"
    assert copy.read_bytes() == CONTENT
    assert [path.name for path in copy.parent.iterdir()] == ["file.bin"]


def test_two_sources_each_bring_their_files(fetching: Fetching, server: Server) -> None:
    contents = {"one": b"1" * 100, "two": b"2" * 200}
    for name, content in contents.items():
        server.serve(f"/{name}/{name}", content)
    sources = tuple(Source("url", (name,), url=server.url(f"/{name}/{{file}}")) for name in contents)
    files = tuple(file_of(content, name) for name, content in contents.items())
    result = fetching(Dataset("both", "", "", "", files, sources))[0]
    assert result.state == "fetched"
    assert {name: (fetching.folder / "both" / name).read_bytes() for name in contents} == contents


def test_a_dead_host_costs_one_wait_for_ten(
    fetching: Fetching, server: Server, little_patience: None
) -> None:
    address = server.hang("/f")
    results = fetching(*(dataset_of(CONTENT, url_source(address), name=f"d{n}") for n in range(10)))
    assert {result.state for result in results} == {"unavailable"}
    assert len(server.asked) == STRANGERS_ATTEMPTS


def test_too_small_a_disk_is_said_before_anything_is_asked(
    fetching: Fetching, server: Server, monkeypatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    with pytest.raises(WorkshopError, match="where 1 MB are free; make room"):
        fetching(dataset)
    assert server.asked == []


def test_a_disk_that_fills_up_stops_everything_with_one_line(
    fetching: Fetching, server: Server, monkeypatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workshop.datasets.store.os.fsync", full)
    dataset = dataset_of(CONTENT, url_source(server.serve("/right", CONTENT)))
    with pytest.raises(WorkshopError, match="is full; free some space and run again"):
        fetching(dataset)
    assert not fetching.file().exists()
    monkeypatch.undo()
    assert fetching(dataset)[0].state == "fetched"


def test_a_missing_bundle_of_certificates_is_one_line(fetching: Fetching, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"no certificates at .*none\.pem; correct workshop_ca_bundle"):
        fetching(dataset_of(CONTENT), ca_bundle=tmp_path / "none.pem")
