from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from organiser.thumbdrive import fetching
from organiser.thumbdrive.fetching import bring, download, has
from workshop.datasets.catalogue import Dataset
from workshop.datasets.fetch import Options, Result
from workshop.datasets.store import Store

from .site_server import serving


def wanted(address: str, name: str, data: bytes) -> Dataset:
    return download(name, f"{address}/{name}", hashlib.sha256(data).hexdigest(), len(data), len(data))


def test_files_are_fetched_once_and_verified(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "good").write_bytes(b"good")
    (site / "wrong").write_bytes(b"evil")
    store = Store(tmp_path / "store")
    with serving(site) as address:
        good, wrong, gone = (
            wanted(address, name, data)
            for name, data in [("good", b"good"), ("wrong", b"fine"), ("gone", b"gone")]
        )
        reasons = bring([good, wrong, gone], store, Options())
    assert (tmp_path / "store/good/good").read_bytes() == b"good"
    assert set(reasons) == {"wrong", "gone"}
    assert "404" in reasons["gone"]
    assert not has(store, wrong) and not (tmp_path / "store/wrong/wrong").exists()
    # The server is gone, and nothing is asked of it again.
    assert bring([good], Store(tmp_path / "store"), Options()) == {}


def test_a_host_that_was_slow_once_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[list[str]] = []

    def fetch_all(datasets: list[Dataset], *_: object) -> list[Result]:
        rounds.append([dataset.name for dataset in datasets])
        return [
            Result(each.name, "unavailable" if len(rounds) < 3 and n else "fetched", why="slow")
            for n, each in enumerate(datasets)
        ]

    monkeypatch.setattr(fetching, "fetch_all", fetch_all)
    monkeypatch.setattr(
        fetching, "has", lambda store, each: any(each.name == names[0] for names in rounds) or len(rounds) > 2
    )
    files = [wanted("http://slow", name, name.encode()) for name in "abc"]
    assert bring(files, Store(tmp_path), Options()) == {}
    assert rounds == [["a", "b", "c"], ["b", "c"], ["c"]]
