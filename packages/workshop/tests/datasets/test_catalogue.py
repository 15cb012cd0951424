from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from workshop.core.errors import WorkshopError
from workshop.datasets import convert
from workshop.datasets.catalogue import catalogue_file, choose, load_catalogue


def test_every_file_has_a_source_and_every_archive_a_hash_and_a_size() -> None:
    for dataset in load_catalogue().values():
        covered = {name for source in dataset.sources for name in source.files}
        assert covered == {file.name for file in dataset.files}, dataset.name
        for source in dataset.sources:
            if source.kind != "url":
                assert source.bytes > 0, source
            assert source.convert in ("", *convert.CONVERSIONS), source


def test_the_upstream_comes_before_the_registries() -> None:
    for dataset in load_catalogue().values():
        kinds = [source.kind == "url" for source in dataset.sources]
        assert kinds == sorted(kinds, reverse=True), dataset.name


def test_no_package_registry_is_named() -> None:
    """Clients know their registry; a mirror must be able to stand in for it."""
    here = Path(__file__).resolve().parents[4]
    registries = re.compile(r"pypi\.org|pythonhosted|npmjs\.(org|com)|debian\.org")
    for path in [catalogue_file(), *(here / "packages/workshop/src/workshop/datasets").glob("*.py")]:
        assert not registries.search(path.read_text(encoding="utf-8")), path


def entry(**changes: Any) -> dict[str, Any]:
    whole = {
        "name": "thing",
        "purpose": "a test",
        "licence": "CC0",
        "credit": "nobody",
        "files": [{"name": "f", "bytes": 1, "sha256": "0" * 64}],
        "sources": [{"kind": "url", "url": "https://example.org/{file}"}],
    }
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


def load(tmp_path: Path, *entries: Any) -> Any:
    path = tmp_path / "catalogue.yml"
    path.write_text(yaml.safe_dump({"datasets": list(entries)}), encoding="utf-8")
    return load_catalogue(path)


FILE = {"name": "f", "bytes": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (entry(licence=None), "lacks 'licence'"),
        (entry(colour="red"), "unknown key 'colour'"),
        (entry(name="Thing/.."), "without a proper name"),
        ("text", "without a proper name"),
        (entry(files=[]), "has no files"),
        (entry(files=[{**FILE, "name": "../f"}]), "outside its folder"),
        (entry(files=[{**FILE, "name": "/f"}]), "outside its folder"),
        (entry(files=[{**FILE, "name": ".hidden"}]), "outside its folder"),
        (entry(files=[{**FILE, "sha256": "abc"}]), "64 hex digits"),
        (entry(files=[{"name": "f", "sha256": "0" * 64}]), "needs bytes or about"),
        (entry(sources=[{"kind": "ftp", "url": "x"}]), "unknown kind of source: 'ftp'"),
        (entry(sources=[{"kind": "pypi", "package": "p", "path": "f"}]), "lacks 'sha256'"),
        (entry(sources=[{"kind": "url", "url": "u", "files": ["other"]}]), "names a file it has not"),
        (entry(sources=[{"kind": "npm", "url": "u"}]), "unknown key 'url'"),
    ],
)
def test_a_fault_is_named_with_its_entry(tmp_path: Path, wrong: Any, said: str) -> None:
    with pytest.raises(WorkshopError, match=said) as caught:
        load(tmp_path, wrong)
    assert "\n" not in str(caught.value)


def test_a_name_cannot_be_used_twice(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="lists 'thing' twice"):
        load(tmp_path, entry(), entry())


@pytest.mark.parametrize("text", ["datasets: [", "- a list", "datasets: 3", "\x00"])
def test_a_file_that_is_no_catalogue_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "catalogue.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkshopError) as caught:
        load_catalogue(path)
    assert "\n" not in str(caught.value)


def test_a_missing_catalogue_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="cannot read the catalogue"):
        load_catalogue(tmp_path / "none.yml")


def test_choose_keeps_the_wanted_order_and_names_what_there_is() -> None:
    catalogue = load_catalogue()
    assert [each.name for each in choose(catalogue, ["photos", "mnist", "photos"])] == ["photos", "mnist"]
    assert [each.name for each in choose(catalogue, [])] == list(catalogue)
    with pytest.raises(WorkshopError, match=r"no data set 'minst'; available: mnist, "):
        choose(catalogue, ["minst"])
