from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from courses import making

from organiser.thumbdrive import sources
from organiser.thumbdrive.contents import Context, Found, Part
from organiser.thumbdrive.sources import gather, look
from workshop.core.settings import Settings, find_checkout
from workshop.courses.changing import From, add, update
from workshop.datasets.catalogue import Dataset, File

from .site_server import serving

CHECKOUT = find_checkout("local/setup.bash")


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Context]:
    def make(**more: Any) -> Context:
        settings = Settings(data=tmp_path / "data", cache=tmp_path / "cache")
        return Context(**{"checkout": CHECKOUT, "work": tmp_path / "work", "settings": settings, **more})

    return make


def names(found: Found) -> list[str]:
    return [file.name for file in found.files]


def installers(address: str, *files: str) -> Part:
    entries = [
        {
            "name": name,
            "url": f"{address}/{{file}}",
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
            "about": 9,
        }
        for name in files
    ]
    return Part("box", "Box", "downloads", "1-box", more={"files": entries})


def test_downloads_are_expected_then_here(tmp_path: Path, context: Callable[..., Context]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.exe").write_text("a.exe")
    with serving(site) as address:
        part = installers(address, "a.exe", "b.dmg")
        before = look(part, context())
        assert (before.files, before.expected) == ([], [("1-box/a.exe", 9), ("1-box/b.dmg", 9)])
        after = gather(part, context())
    assert names(after) == ["1-box/a.exe"]
    assert "b.dmg" in after.missing[0] and "--folder" in after.missing[0]
    assert names(look(part, context())) == ["1-box/a.exe"]
    assert "offline" in gather(part, context(offline=True)).missing[0]


def test_a_file_that_somebody_put_there_needs_no_network(
    tmp_path: Path, context: Callable[..., Context]
) -> None:
    folder = tmp_path / "dropped"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.exe").write_text("a.exe")
    (folder / "deep" / "b.dmg").write_text("b.dmg")
    (folder / "c.run").write_text("tampered with")
    found = gather(installers("http://127.0.0.1:9", "a.exe", "b.dmg", "c.run"), context(folders=(folder,)))
    assert names(found) == ["1-box/a.exe", "1-box/b.dmg"]
    (line,) = found.missing
    assert line == (
        f"{folder}/c.run is damaged, or not the file of that name: its hash is another; get it again from "
        "http://127.0.0.1:9/c.run, or take it away to have it downloaded"
    )


def test_the_repository_and_the_site_are_made(context: Callable[..., Context]) -> None:
    repository = gather(Part("repository", "", "repository", "workshop.bundle"), context())
    assert names(repository) == ["workshop.bundle"]
    subprocess.run(
        ["git", "-C", CHECKOUT, "bundle", "verify", "--quiet", repository.files[0].source], check=True
    )
    site = gather(Part("site", "", "site", "site"), context())
    assert {"site/index.html", "site/config.js", "site/demos/painting/index.html"} <= set(names(site))
    assert any("convnetjs" in why for why in site.missing)


def test_data_that_is_here_goes_along(
    tmp_path: Path, context: Callable[..., Context], monkeypatch: Any
) -> None:
    def dataset(name: str) -> Dataset:
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        return Dataset(name, "", "", "", (File(f"{name}.bin", sha256, len(name), len(name)),))

    known = {name: dataset(name) for name in ("mnist", "gone")}
    monkeypatch.setattr(sources, "load_catalogue", lambda: known)
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "data" / "mnist" / "mnist.bin").write_text("mnist")
    part = Part("data", "", "data", "data")
    assert look(part, context()).expected == [("data/gone", 4)]
    found = gather(part, context())
    assert names(found) == ["data/mnist/mnist.bin"]
    assert found.missing == ["gone: no source has it"]


COURSES = Part("courses", "", "courses", "courses", more={"python": "3.11"})


def test_a_course_is_added_from_the_stick_that_carries_it_without_a_network(
    tmp_path: Path, context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    hemp = hashlib.sha256(b"hemp").hexdigest()
    text = making.COURSE.replace("[kernel", 'catalogue = "data.yml"\n[kernel', 1)
    course = making.course(tmp_path / "c", making.wheel(tmp_path / "wheels", "ipykernel"), text)
    (course / "data.yml").write_text(
        "datasets: [{name: ropes, purpose: p, licence: l, credit: c, "
        f"files: [{{name: r.txt, sha256: {hemp}, bytes: 4}}], "
        "sources: [{kind: url, url: 'https://example.org/{file}'}]}]\n"
    )
    (course / ".git").mkdir()
    (course / ".git" / "config").write_text("hidden")
    cached = tmp_path / "cache" / "data" / "ropes" / "r.txt"
    cached.parent.mkdir(parents=True)
    cached.write_text("hemp")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    found = gather(COURSES, context(courses=(course,)))
    assert found.missing == []
    assert names(found) == [
        "courses/knots/course.toml",
        "courses/knots/data.yml",
        "courses/knots/knots.txt",
        "courses/knots/lessons/a.ipynb",
        "courses/knots/lessons/b.ipynb",
        "wheels/ipykernel-1.0-py3-none-any.whl",
        "data/ropes/r.txt",
    ]
    # Another part brings the same wheel.
    assert len(sources.once([*found.files, found.files[5]])) == len(found.files)
    stick = tmp_path / "stick"
    for file in found.files:
        assert isinstance(file.source, Path)
        (stick / file.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file.source, stick / file.name)
    monkeypatch.delenv("UV_FIND_LINKS")
    cached.unlink()
    settings = making.machine(tmp_path / "machine")
    start = From(str(stick / "courses" / "knots"))
    add(settings, start, lambda lines: True, print)
    assert (settings.prefix / "courses/knots/data/ropes/r.txt").read_text() == "hemp"
    # Without the stick there is nothing new, and no fault.
    shutil.rmtree(stick)
    told: list[str] = []
    assert update(settings, "knots", told.append)[1] is None
    assert "no folder" in told[0]


def test_what_of_a_course_cannot_go_along_is_named(tmp_path: Path, context: Callable[..., Context]) -> None:
    (missing,) = look(COURSES, context(courses=(tmp_path,))).missing
    assert "has no course.toml" in missing
    course = making.course(tmp_path / "c", "")
    (course / "knots.txt").unlink()
    (missing,) = look(COURSES, context(courses=(course,))).missing
    assert "has no lock knots.txt" in missing
    assert look(COURSES, context()) == Found()
