"""Rows 40 to 48 of the promise: a participant's folder that is a git repository, in any state."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.bed import Bed, book, cell, git
from workshop.sync.apply import Report
from workshop.sync.request import Request, perform

A, B, C = cell("a", "a"), cell("b", "b"), cell("c", "c")
MINE, THEIRS = book(cell("mine", "a"), B, C), book(A, B, cell("new", "c"))


@pytest.fixture
def mine(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> Bed:
    """A participant who edited a notebook in a folder that is a git repository with a strip filter."""
    bed.publish(a_ipynb=book(A, B, C), b_ipynb=book(A))
    git_sync(bed)
    git(bed.mine, "init", "--quiet", "--initial-branch=main")
    for name, value in (("user.name", "u"), ("user.email", "u@x"), ("filter.strip.clean", "touch filtered")):
        git(bed.mine, "config", name, value)
    git(bed.mine, "add", "--all")
    git(bed.mine, "commit", "--quiet", "--message=as delivered")
    for hook in ("post-checkout", "pre-commit", "post-merge", "reference-transaction"):
        bed.write(bed.mine / ".git/hooks" / hook, b"#!/bin/sh\ntouch ../hooked hooked\n")
        (bed.mine / ".git/hooks" / hook).chmod(0o755)
    bed.edit("a.ipynb", MINE)
    # Whoever syncs from inside the repository, even from a hook, must not drag git into it.
    monkeypatch.chdir(bed.mine)
    monkeypatch.setenv("GIT_DIR", str(bed.mine / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(bed.mine))
    return bed


def git_sync(bed: Bed) -> Report:
    """Publish what the organiser has as a commit and sync from that."""
    if not (bed.upstream / ".git").exists():
        git(bed.upstream, "init", "--quiet", "--initial-branch=main")
    git(bed.upstream, "add", "--all")
    who = ("-c", "user.name=o", "-c", "user.email=o@x")
    git(bed.upstream, *who, "commit", "--quiet", "--allow-empty", "--message=x")
    return perform(Request(f"file://{bed.upstream}", bed.mine, bed.state, allow_unsigned=True))


def insides(bed: Bed) -> dict[str, bytes | None]:
    """Return every file below ``.git``."""
    return {
        str(file): file.read_bytes() if file.is_file() else None
        for file in sorted((bed.mine / ".git").rglob("*"))
    }


def check_harmless(bed: Bed) -> None:
    """Sync an update: the notebooks get it and the repository is as it was, to the byte."""
    before = insides(bed)
    bed.publish(a_ipynb=THEIRS, b_ipynb=book(B))
    report = git_sync(bed)
    assert {each.path: str(each.action) for each in report.files} == {
        "a.ipynb": "merged",
        "b.ipynb": "updated",
    }
    assert bed.cells() == [("mine", ""), ("b", ""), ("new", "")]
    assert insides(bed) == before
    assert not list(bed.mine.parent.rglob("hooked")) and not list(bed.mine.parent.rglob("filtered"))
    assert git_sync(bed).files == []


def commit(folder: Path) -> None:
    git(folder, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--all", "--message=mine")


def test_40_my_edits_are_committed(mine: Bed) -> None:
    commit(mine.mine)
    check_harmless(mine)


def test_41_i_am_on_a_branch_of_my_own(mine: Bed) -> None:
    git(mine.mine, "-c", "core.hooksPath=/dev/null", "switch", "--quiet", "--create", "my-work")
    commit(mine.mine)
    check_harmless(mine)


def test_42_my_head_is_detached(mine: Bed) -> None:
    commit(mine.mine)
    git(mine.mine, "-c", "core.hooksPath=/dev/null", "checkout", "--quiet", "--detach")
    check_harmless(mine)


def test_43_my_edits_are_staged(mine: Bed) -> None:
    git(mine.mine, "add", "a.ipynb")
    check_harmless(mine)


def test_44_a_merge_was_left_unfinished(mine: Bed) -> None:
    head = git(mine.mine, "rev-parse", "HEAD")
    mine.edit(".git/MERGE_HEAD", f"{head}\n".encode())
    mine.edit(".git/MERGE_MSG", b"Merge\n")
    check_harmless(mine)


def lock(mine: Bed, age: int) -> None:
    mine.edit(".git/index.lock", b"")
    then = (mine.mine / ".git/index.lock").stat().st_mtime - age
    os.utime(mine.mine / ".git/index.lock", (then, then))


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(lambda mine: lock(mine, 0), id="fresh"),
        pytest.param(lambda mine: mine.edit(".git/HEAD.lock", b""), id="head"),
    ],
)
def test_45_git_works_there_right_now(mine: Bed, left: Callable[[Bed], None]) -> None:
    left(mine)
    check_harmless(mine)


def test_46_git_was_killed_there_long_ago(mine: Bed) -> None:
    lock(mine, 30 * 24 * 3600)
    check_harmless(mine)


def test_47_the_index_is_corrupt(mine: Bed) -> None:
    mine.edit(".git/index", b"DIRC\0\0\0\2 no index")
    assert subprocess.run(["git", "status"], cwd=mine.mine, capture_output=True, check=False).returncode
    check_harmless(mine)


def test_48_git_was_deleted(mine: Bed) -> None:
    for file in sorted((mine.mine / ".git").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    check_harmless(mine)
    assert list((mine.mine / ".git").rglob("*")) == []
