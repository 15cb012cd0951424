from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from organiser.thumbdrive import debs
from workshop.errors import WorkshopError

needs_apt = pytest.mark.skipif(
    not shutil.which("apt-get") or not shutil.which("dpkg-deb") or not debs.KEYRING.is_file(),
    reason="needs apt",
)


def make_deb(folder: Path, name: str, depends: str = "") -> Path:
    root = folder / f"{name}-root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN").chmod(0o755)  # dpkg-deb refuses what a strict umask makes
    control = (
        f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n"
    )
    (root / "DEBIAN" / "control").write_text(control + (f"Depends: {depends}\n" if depends else ""))
    deb = folder / f"{name}_1.0_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", root, deb], check=True, capture_output=True)
    shutil.rmtree(root)
    return deb


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of two packages, and one that nobody needs, for an apt that asks for no signature."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    files = [make_deb(folder, "tool", "library"), make_deb(folder, "library"), make_deb(folder, "other")]
    debs._index(folder, files)
    real = debs._private_apt

    def private_apt(work: Path, *more: str) -> list[str]:
        options = real(work, *more)
        (work / "sources.list").write_text(f"deb [trusted=yes] copy:{folder} ./\n")
        return options

    monkeypatch.setattr(debs, "_private_apt", private_apt)
    monkeypatch.setattr(debs, "_mirror", lambda: "http://127.0.0.1:9")
    return folder


@needs_apt
def test_packages_come_with_what_they_need_and_nothing_else(tmp_path: Path, mirror: Path) -> None:
    work = tmp_path / "work"
    assert debs.collected(work) == []
    files = debs.fetch_debs(work, "trixie", "bookworm", ["tool"])
    assert {file.name for file in files} == {
        "tool_1.0_all.deb",
        "library_1.0_all.deb",
        "Packages",
        "needed.txt",
    }
    assert (work / "archives" / "needed.txt").read_text() == "tool\n"
    assert sorted(debs.collected(work)) == sorted(files)
    (work / "archives" / "tool_0.9_all.deb").touch()  # of an earlier time
    assert debs.fetch_debs(work, "trixie", "bookworm", ["tool"]) == files
    files[0].unlink()
    assert debs.collected(work) == []


@needs_apt
def test_apt_reads_what_was_collected_as_a_repository(tmp_path: Path, mirror: Path) -> None:
    work = tmp_path / "work"
    debs.fetch_debs(work, "trixie", "bookworm", ["tool"])
    shutil.rmtree(mirror)
    (work / "archives").rename(mirror)
    again = debs.fetch_debs(tmp_path / "again", "trixie", "bookworm", ["tool"])
    assert {file.name for file in again} == {
        "tool_1.0_all.deb",
        "library_1.0_all.deb",
        "Packages",
        "needed.txt",
    }


@needs_apt
def test_a_package_that_the_mirror_has_not_is_named(tmp_path: Path, mirror: Path) -> None:
    with pytest.raises(WorkshopError, match=r"apt could not collect them.*nonesuch"):
        debs.fetch_debs(tmp_path / "work", "trixie", "bookworm", ["nonesuch"])


def test_without_apt_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkshopError, match="only a machine with apt"):
        debs.fetch_debs(tmp_path, "trixie", "bookworm", ["tool"])
