"""Rows 49 to 54 of the promise: what the organiser does to the history."""

import os
from pathlib import Path

import pytest

from sync.bed import Bed, book, cell, git, notebook
from sync.organiser import Organiser

A, B = cell("a", "a"), cell("b", "b")


@pytest.fixture
def organiser(bed: Bed) -> Organiser:
    return Organiser(bed)


def test_49_a_rewritten_history_is_merged_as_any_other(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(a_ipynb=book(A, B))
    organiser.sync()
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    organiser.commit("--amend", a_ipynb=book(A, cell("new", "b")))
    assert organiser.actions() == {"a.ipynb": "merged"}
    assert bed.cells() == [("mine", ""), ("new", "")]
    assert organiser.actions() == {}


def test_50_a_new_branch_on_a_shallow_clone(organiser: Organiser, bed: Bed, tmp_path: Path) -> None:
    organiser.commit(a_ipynb=notebook("1"))
    organiser.commit(a_ipynb=notebook("2"))
    organiser.git("branch", "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", organiser.url, "shallow")
    source = f"file://{tmp_path / 'shallow'}"
    assert organiser.actions(source=source, branch="main") == {"a.ipynb": "updated"}
    git(tmp_path / "shallow", "fetch", "--quiet", "--depth=1", "origin", "second:second")
    assert organiser.actions(source=source, branch="second") == {}
    organiser.git("switch", "--quiet", "second")
    organiser.commit(a_ipynb=notebook("3"))
    git(tmp_path / "shallow", "fetch", "--quiet", "--depth=1", "--force", "origin", "second:second")
    assert organiser.actions(source=source, branch="second") == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == notebook("3")


def test_51_the_default_branch_was_renamed(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(a_ipynb=notebook("1"))
    organiser.sync()
    organiser.git("branch", "--move", "main", "trunk")
    organiser.commit(a_ipynb=notebook("2"))
    assert organiser.actions() == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == notebook("2")


def test_52_a_strip_filter_of_mine_takes_no_outputs(
    organiser: Organiser, bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes = tmp_path / "attributes"
    attributes.write_text("*.ipynb filter=strip\n")
    config = tmp_path / "gitconfig"
    touch = f"touch {tmp_path / 'filtered'}"
    config.write_text(
        f'[core]\n\tattributesFile = {attributes}\n[filter "strip"]\n\tclean = {touch}\n\tsmudge = {touch}\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    organiser.commit(a_ipynb=book(A, B))
    organiser.sync()
    bed.edit("a.ipynb", book(cell("a", "a", ran="1"), cell("b", "b", ran="2")))
    organiser.commit(a_ipynb=book(A, cell("new", "b", ran="theirs")))
    assert organiser.actions() == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "1"), ("new", "theirs")]
    assert not (tmp_path / "filtered").exists()


def test_53_submodules_and_pointers_to_large_files_are_skipped_and_said(
    organiser: Organiser, bed: Bed
) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    commit = organiser.commit(a_ipynb=notebook("1"), data_bin=pointer)
    organiser.git("update-index", "--add", "--cacheinfo", f"160000,{commit},notebooks/module")
    organiser.git("commit", "--quiet", "--message=module")
    report = organiser.sync()
    assert {each.path: str(each.action) for each in report.files} == {
        "a.ipynb": "updated",
        "data.bin": "refused",
        "module": "refused",
    }
    assert "git LFS" in report.files[1].reason and "submodule" in report.files[2].reason
    assert list(bed.snapshot()) == ["a.ipynb"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another account")
def test_54_a_repository_of_another_account(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(a_ipynb=notebook("1"))
    for place in (organiser.folder, *organiser.folder.rglob("*")):
        os.chown(place, 65534, 65534, follow_symlinks=False)
    assert organiser.actions() == {"a.ipynb": "updated"}
    # And a mirror that another account made, when somebody once synced as root.
    for place in (bed.state, *bed.state.rglob("*")):
        os.chown(place, 65533, 65533, follow_symlinks=False)
    assert organiser.actions() == {}


def test_a_repository_without_the_branch_or_without_anything_is_named(organiser: Organiser) -> None:
    from workshop.core.errors import WorkshopError

    with pytest.raises(WorkshopError, match="empty repository"):
        organiser.sync()
    organiser.commit(a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match="has no branch elsewhere; it has: main"):
        organiser.sync(branch="elsewhere")
    with pytest.raises(WorkshopError, match="no folder lessons"):
        organiser.sync(subdir="lessons")
