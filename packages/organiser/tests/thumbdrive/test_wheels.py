from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from packaging.tags import Tag

from organiser.thumbdrive import wheels
from organiser.thumbdrive.wheels import environment_of, find_uv, tags_of, wheels_for
from workshop.errors import WorkshopError
from workshop.settings import Settings

HASH = "{ sha256 = '" + "0" * 64 + "' }"


def file(name: str) -> str:
    return f"{{ url = 'https://example.org/{name}', size = 7, hashes = {HASH} }}"


PYLOCK = f"""\
lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.11"

[[packages]]
name = "compiled"
version = "1.0"
wheels = [
  {file("compiled-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")},
  {file("compiled-1.0-cp313-cp313-manylinux_2_28_x86_64.whl")},
  {file("compiled-1.0-cp311-cp311-macosx_11_0_arm64.whl")},
  {file("compiled-1.0-cp311-cp311-win_amd64.whl")},
  {file("compiled-1.0-cp311-cp311-manylinux_2_39_aarch64.whl")},
]

[[packages]]
name = "plain"
version = "2.0"
sdist = {file("plain-2.0.tar.gz")}
wheels = [{file("plain-2.0-py3-none-any.whl")}]

[[packages]]
name = "source"
version = "3.0"
sdist = {file("source-3.0.tar.gz")}

[[packages]]
name = "appnope"
version = "1.0"
marker = "sys_platform == 'darwin'"
wheels = [{file("appnope-1.0-py3-none-any.whl")}]

[[packages]]
name = "old"
version = "1.0"
marker = "python_full_version < '3.12'"
wheels = [{file("old-1.0-py3-none-any.whl")}]
"""


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock about which uv tells what stands above; it is asked once."""
    asked: list[Path] = []

    def compile_(lock: Path, uv: str, kept: Path, offline: bool) -> None:
        asked.append(lock)
        assert len(asked) == 1
        kept.write_text(PYLOCK)

    monkeypatch.setattr(wheels, "_compile", compile_)
    (tmp_path / "x.txt").write_text("compiled==1.0\n")
    return tmp_path / "x.txt"


def names(lock: Path, *pythons: str) -> list[str]:
    return [wanted.name for wanted in wheels_for(lock, pythons, "uv", lock.parent, offline=False)]


def test_for_each_package_the_file_that_linux_takes(lock: Path) -> None:
    assert names(lock, "3.11") == [
        "compiled-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "old-1.0-py3-none-any.whl",
        "plain-2.0-py3-none-any.whl",
        "source-3.0.tar.gz",
    ]
    both = names(lock, "3.11", "3.13")
    assert "compiled-1.0-cp313-cp313-manylinux_2_28_x86_64.whl" in both
    assert len(both) == 5


def test_a_package_that_cannot_be_had_is_named(lock: Path) -> None:
    with pytest.raises(WorkshopError, match=r"x\.txt cannot be had for Python 3\.12 on Linux.*compiled"):
        names(lock, "3.12")


def test_what_is_known_of_a_file(lock: Path) -> None:
    found = wheels_for(lock, ["3.11"], "uv", lock.parent, offline=False)[-1]
    assert found.url == "https://example.org/source-3.0.tar.gz"
    assert (found.sha256, found.bytes) == ("0" * 64, 7)


def test_a_damaged_answer_is_forgotten(lock: Path) -> None:
    names(lock, "3.11")
    kept = next(lock.parent.glob("pylock.*"))
    kept.write_text("[")
    with pytest.raises(WorkshopError, match="is damaged and was deleted; run this again"):
        names(lock, "3.11")
    assert not kept.exists()


def test_tags_are_those_of_linux() -> None:
    tags = list(tags_of("3.13"))
    assert Tag("cp313", "cp313", "manylinux_2_34_x86_64") in tags
    assert Tag("cp38", "abi3", "manylinux_2_17_x86_64") in tags
    assert Tag("py3", "none", "any") in tags
    assert not [tag for tag in tags if "win" in tag.platform or "cp314" in tag.interpreter]


def test_markers_are_asked_about_linux() -> None:
    assert environment_of("3.14")["python_version"] == "3.14"
    assert environment_of("3.14")["sys_platform"] == "linux"


@pytest.mark.skipif(not shutil.which("uv"), reason="needs uv")
def test_an_index_that_cannot_be_asked_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "x.txt").write_text("six==1.17.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(WorkshopError, match=r"no package index told about x\.txt") as caught:
        wheels_for(tmp_path / "x.txt", ["3.11"], shutil.which("uv") or "", tmp_path, offline=True)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("pylock*"))


def test_uv_is_found_or_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="no uv here; run this as tools/workshop"):
        find_uv(Settings(), tmp_path)
    uv = tmp_path / "prefix" / "uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.touch()
    assert find_uv(Settings(prefix=tmp_path / "prefix"), tmp_path) == str(uv)
