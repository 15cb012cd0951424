"""The checkout that goes into the appliance, and what is said about it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from organiser.appliance import checkout
from workshop import __version__

COMMIT = {"GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000"}


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "tag.gpgsign=false"]
    subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, env={**os.environ, **COMMIT}
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A checkout with one commit."""
    folder = tmp_path / "source"
    (folder / "tools").mkdir(parents=True)
    (folder / "README.md").write_text("Hello\n")
    (folder / "tools/run").write_text("#!/bin/sh\n")
    (folder / "tools/run").chmod(0o755)
    (folder / "link").symlink_to("README.md")
    (folder / ".gitignore").write_text("secret\n")
    (folder / "secret").write_text("token")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


@pytest.fixture(autouse=True)
def owners(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Which owners were asked for; only root may give files away."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(checkout.os, "chown", lambda _path, user, group, **_: asked.append((user, group)))
    return asked


def test_what_git_tracks_is_copied_as_it_lies_there(
    source: Path, tmp_path: Path, owners: list[tuple[int, int]]
) -> None:
    (source / "README.md").write_text("Changed\n")
    (source / "tools/run").rename(source / "tools/moved")
    target = tmp_path / "opt/source"
    checkout.copy_files(source, target)
    assert (target / "README.md").read_text() == "Changed\n"
    assert (target / "link").readlink() == Path("README.md")
    assert sorted(path.name for path in target.rglob("*")) == [".gitignore", "README.md", "link"]
    assert set(owners) == {(0, 0)}


def test_before_the_first_release_the_commit_is_the_version(source: Path) -> None:
    assert checkout.version(source).startswith(f"{__version__}-")
    assert checkout.changes(source) == ""  # no subjects of commits: they are for whoever works on it
    (source / "CHANGELOG.md").write_text(
        "# Changes\n\n## [Unreleased]\n\n## [0.2.0]\n\n- A classroom.\n\n## [0.1.0]\n\n- X\n"
    )
    assert checkout.changes(source) == "- A classroom."


def test_a_release_gives_its_name_and_its_text(source: Path) -> None:
    git(source, "tag", "-a", "v2026.11", "-m", "A new lesson\n\nOn text.")
    git(source, "commit", "-q", "--allow-empty", "-m", "Go on")
    git(source, "tag", "-a", "v2026.12", "-m", "Mends it")
    assert checkout.version(source) == "v2026.12"
    told = checkout.changes(source)
    assert told == "v2026.12\nMends it\n\nv2026.11\nA new lesson\n\nOn text.\n"
    (source / "README.md").write_text("Changed\n")
    assert checkout.version(source) == "v2026.12.changed"
