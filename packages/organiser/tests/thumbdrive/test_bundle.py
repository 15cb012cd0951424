from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from organiser.thumbdrive.sources import make_bundle


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "file").write_text("1")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "one")
    git(folder, "tag", "-a", "v1", "-m", "first")
    return folder


def test_a_clone_of_it_is_the_checkout(tmp_path: Path, checkout: Path) -> None:
    bundle = make_bundle(checkout, tmp_path / "work" / "workshop.bundle")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(bundle), str(clone))
    assert (clone / "file").read_text() == "1"
    assert git(clone, "rev-parse", "HEAD", "v1") == git(checkout, "rev-parse", "HEAD", "v1")
    assert git(clone, "branch", "--show-current") == "main\n"


def test_a_checkout_without_a_branch(tmp_path: Path, checkout: Path) -> None:
    git(checkout, "checkout", "--quiet", "--detach")
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "more")
    bundle = make_bundle(checkout, tmp_path / "workshop.bundle")
    git(tmp_path, "clone", "--quiet", str(bundle), str(tmp_path / "clone"))
    assert git(tmp_path / "clone", "rev-parse", "HEAD") == git(checkout, "rev-parse", "HEAD")
    before = mark(bundle)
    assert mark(make_bundle(checkout, bundle)) == before


def mark(file: Path) -> tuple[int, int]:
    """Tell one file from another of the same name and content."""
    return file.stat().st_ino, file.stat().st_mtime_ns


def test_it_is_made_anew_only_when_there_is_something_new(tmp_path: Path, checkout: Path) -> None:
    target = tmp_path / "workshop.bundle"
    before = mark(make_bundle(checkout, target))
    assert mark(make_bundle(checkout, target)) == before
    git(checkout, "tag", "v2")
    after = mark(make_bundle(checkout, target))
    assert after != before
    assert mark(make_bundle(checkout, target)) == after
