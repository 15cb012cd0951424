"""Rows 19 to 39 of the promise: files and folders."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.bed import Bed, book, cell, git, memory_folder, notebook
from workshop.sync import files
from workshop.sync.apply import Report, undo
from workshop.sync.request import Request, perform

A, B = cell("a = 1", "a"), cell("b = 2", "b")


def test_19_a_deleted_file_is_restored_and_said(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", None)
    assert bed.actions() == {"a.ipynb": "restored"}
    assert bed.read("a.ipynb") == notebook("1")


def test_20_a_file_that_i_renamed_stays_and_the_original_comes_back(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    (bed.mine / "a.ipynb").rename(bed.mine / "mine.ipynb")
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "restored"}
    assert bed.snapshot() == {"a.ipynb": notebook("2"), "mine.ipynb": notebook("1")}


def test_21_a_copy_is_mine(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a-Copy1.ipynb", notebook("1"))
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "updated"}
    assert bed.read("a-Copy1.ipynb") == notebook("1")


def test_22_edits_follow_a_file_that_was_renamed(bed: Bed) -> None:
    bed.publish(old_ipynb=book(A, B))
    bed.sync()
    bed.edit("old.ipynb", book(cell("mine", "a"), B))
    bed.publish(old_ipynb=None, **{"sub/new_ipynb": book(A, cell("b = 3", "b"))})
    assert bed.actions() == {"sub/new.ipynb": "merged"}
    assert list(bed.snapshot()) == ["sub/new.ipynb"]
    assert bed.cells("sub/new.ipynb") == [("mine", ""), ("b = 3", "")]
    assert book(cell("mine", "a"), B) in bed.backups()
    assert bed.actions() == {}


def test_22_edits_that_clash_stay_under_the_old_name(bed: Bed) -> None:
    bed.publish(old_ipynb=book(A, B))
    bed.sync()
    mine, theirs = book(cell("mine", "a"), B), book(cell("new", "a"), B)
    bed.edit("old.ipynb", mine)
    bed.publish(old_ipynb=None, new_ipynb=theirs)
    assert bed.actions() == {"new.ipynb": "updated", "old.ipynb": "kept"}
    assert bed.snapshot() == {"new.ipynb": theirs, "old.ipynb": mine}


def test_103_edits_follow_lessons_that_were_counted_anew(bed: Bed) -> None:
    """More of them: ``test_renames.py``."""
    one = book(cell("import numpy", "a"), cell("draw the digits", "b"), cell("how many are there?", "c"))
    two = book(
        cell("a network of two layers", "d"), cell("train it for an hour", "e"), cell("plot its loss", "f")
    )
    mine = two.replace(b"plot its loss", b"my own loss")
    bed.publish(lesson1_ipynb=one, lesson2_ipynb=two)
    bed.sync()
    bed.edit("lesson2.ipynb", mine)
    new = book(cell("before we begin", "g"), cell("what is a tensor?", "h"))
    bed.publish(lesson1_ipynb=new, lesson2_ipynb=one, lesson3_ipynb=two)
    assert bed.actions() == {
        "lesson1.ipynb": "updated",
        "lesson2.ipynb": "updated",
        "lesson3.ipynb": "merged",
    }
    assert bed.snapshot() == {"lesson1.ipynb": new, "lesson2.ipynb": one, "lesson3.ipynb": mine}


def test_23_an_edited_file_outlives_its_deletion(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_py=b"\n")
    bed.sync()
    bed.edit("a.ipynb", notebook("mine"))
    bed.publish(a_ipynb=None)
    assert bed.actions() == {"a.ipynb": "kept"}
    assert bed.read("a.ipynb") == notebook("mine")


def test_97_a_file_that_comes_back_after_its_deletion_is_merged(bed: Bed) -> None:
    bed.publish(a_ipynb=book(A, B), b_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", book(cell("a = mine", "a"), B))
    bed.publish(a_ipynb=None)
    assert bed.actions() == {"a.ipynb": "kept"}
    assert bed.actions() == {}, "it is said once"
    bed.publish(a_ipynb=book(A, cell("b = new", "b")))
    assert bed.actions() == {"a.ipynb": "merged"}
    assert [text for text, _ in bed.cells()] == ["a = mine", "b = new"]
    bed.publish(a_ipynb=None)
    assert bed.actions() == {"a.ipynb": "kept"}
    bed.edit("a.ipynb", None)
    assert bed.actions() == {}, "what I delete then stays deleted"


def test_24_an_unchanged_file_that_was_deleted_moves_to_the_backup(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_py=b"\n")
    bed.sync()
    bed.publish(a_ipynb=None)
    assert bed.actions() == {"a.ipynb": "backed-up"}
    assert list(bed.snapshot()) == ["b.py"]
    assert bed.backups() == [notebook("1")]


def test_25_my_file_keeps_the_name_that_a_new_one_would_take(bed: Bed) -> None:
    bed.edit("a.ipynb", notebook("mine"))
    bed.publish(a_ipynb=notebook("1"))
    assert bed.actions() == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == notebook("mine")
    assert bed.beside() == notebook("1")
    assert bed.actions() == {}


def test_26_my_folder_keeps_the_name_of_a_new_file(bed: Bed) -> None:
    bed.edit("a.ipynb/precious.txt", b"mine")
    bed.publish(a_ipynb=notebook("1"))
    assert bed.actions() == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb/precious.txt") == b"mine"
    assert bed.beside() == notebook("1")
    assert bed.actions() == {}


def test_27_my_file_keeps_the_name_of_a_new_folder(bed: Bed) -> None:
    bed.edit("sub", b"mine")
    bed.publish(**{"sub/c_ipynb": notebook("1")})
    report = bed.sync()
    assert [(each.path, str(each.action)) for each in report.files] == [("sub/c.ipynb", "beside")]
    assert bed.snapshot() == {"sub": b"mine", f"sub.upstream-{report.revision}/c.ipynb": notebook("1")}
    assert bed.actions() == {}


def test_98_a_folder_takes_the_place_of_a_file_and_back_again(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), sub=b"1")
    bed.sync()
    as_file = bed.snapshot()
    bed.publish(sub=None)
    bed.publish(**{"sub/deep/b_ipynb": notebook("2"), "sub/c_ipynb": notebook("3")})
    expected = {"sub": "backed-up", "sub/c.ipynb": "updated", "sub/deep/b.ipynb": "updated"}
    assert bed.actions() == expected
    as_folder = bed.snapshot()
    assert {*as_folder} == {"a.ipynb", "sub/c.ipynb", "sub/deep/b.ipynb"}
    bed.publish(**{"sub/deep/b_ipynb": None, "sub/c_ipynb": None})
    (bed.upstream / "notebooks/sub/deep").rmdir()
    (bed.upstream / "notebooks/sub").rmdir()
    bed.publish(sub=b"2")
    assert bed.actions() == expected | {"sub": "updated"} | dict.fromkeys([*expected][1:], "backed-up")
    assert bed.actions() == {}
    assert bed.snapshot() == as_file | {"sub": b"2"}
    undo(bed.mine, bed.state)
    assert bed.snapshot() == as_folder
    undo(bed.mine, bed.state)
    assert bed.snapshot() == as_file


def test_98_a_kill_between_the_two_loses_nothing(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(**{"a_ipynb": notebook("1"), "sub/c_ipynb": notebook("3")})
    bed.sync()
    bed.publish(**{"sub/c_ipynb": None})
    (bed.upstream / "notebooks/sub").rmdir()
    bed.publish(sub=b"2")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(files, "prune", _killed)
        bed.sync()
    assert (bed.mine / "sub").is_dir()
    assert bed.actions() == {"sub": "updated"}
    assert bed.read("sub") == b"2"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_98_what_is_mine_in_the_folder_keeps_it(bed: Bed) -> None:
    bed.publish(**{"a_ipynb": notebook("1"), "sub/c_ipynb": notebook("3")})
    bed.sync()
    bed.edit("sub/own.txt", b"mine")
    bed.publish(**{"sub/c_ipynb": None})
    (bed.upstream / "notebooks/sub").rmdir()
    bed.publish(sub=b"2")
    assert bed.actions() == {"sub": "beside", "sub/c.ipynb": "backed-up"}
    assert bed.read("sub/own.txt") == b"mine"


def test_28_an_ignored_file_of_mine_keeps_its_name(bed: Bed) -> None:
    bed.edit(".gitignore", b"*.csv\n")
    bed.edit("data.csv", b"mine")
    bed.publish(data_csv=b"new")
    assert bed.actions() == {"data.csv": "beside"}
    assert bed.read("data.csv") == b"mine"
    assert bed.beside("data.csv") == b"new"


@pytest.mark.parametrize("name", ["Übung 1 naïve.ipynb", "数据 集/深度.ipynb", 'it\'s "quoted" $x.ipynb'])
@pytest.mark.parametrize("by", ["folder", "git"])
def test_29_names_with_spaces_and_letters_of_any_language(bed: Bed, name: str, by: str) -> None:
    def sync() -> Report:
        if by == "folder":
            return bed.sync()
        git(bed.upstream, "add", "--all")
        git(bed.upstream, "-c", "user.name=o", "-c", "user.email=o@x", "commit", "--quiet", "--message=x")
        return perform(Request(f"file://{bed.upstream}", bed.mine, bed.state, allow_unsigned=True))

    bed.write(bed.upstream / "notebooks" / name, notebook("1"))
    git(bed.upstream, "init", "--quiet")
    sync()
    bed.edit(name, notebook("mine"))
    bed.write(bed.upstream / "notebooks" / name, notebook("2"))
    assert [(each.path, str(each.action)) for each in sync().files] == [(name, "beside")]
    assert bed.read(name) == notebook("mine")
    assert bed.beside(name) == notebook("2")


def test_29_a_name_that_is_no_text_is_refused_by_name(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    Path(os.fsdecode(os.fsencode(bed.upstream / "notebooks") + b"/b\xff.ipynb")).write_bytes(notebook("1"))
    assert bed.actions() == {"a.ipynb": "updated", "b\\xff.ipynb": "refused"}


def test_30_only_the_case_of_a_name_changed(bed: Bed) -> None:
    bed.publish(Lesson_ipynb=book(A, B))
    bed.sync()
    bed.edit("Lesson.ipynb", book(cell("mine", "a"), B))
    bed.publish(Lesson_ipynb=None)
    bed.publish(lesson_ipynb=book(A, B))
    assert bed.actions() == {"lesson.ipynb": "merged"}
    assert bed.cells("lesson.ipynb") == [("mine", ""), ("b = 2", "")]
    assert bed.actions() == {}


def test_30_a_file_system_that_ignores_case_loses_nothing(bed: Bed) -> None:
    bed.publish(Lesson_ipynb=book(A, B))
    bed.sync()
    bed.edit("Lesson.ipynb", book(cell("mine", "a"), B))
    os.link(bed.mine / "Lesson.ipynb", bed.mine / "lesson.ipynb")  # one file under two names, as there
    bed.publish(Lesson_ipynb=None)
    bed.publish(lesson_ipynb=book(A, cell("b = 3", "b")))
    assert bed.actions() == {"lesson.ipynb": "merged"}
    assert bed.cells("lesson.ipynb") == [("mine", ""), ("b = 3", "")]


def test_31_a_linked_folder_is_not_written_into(bed: Bed, tmp_path: Path) -> None:
    bed.publish(**{"sub/a_ipynb": notebook("1")})
    bed.sync()
    (bed.mine / "sub").rename(tmp_path / "big-disk")
    (bed.mine / "sub").symlink_to(tmp_path / "big-disk")
    bed.publish(**{"sub/a_ipynb": notebook("2")})
    report = bed.sync()
    assert [(each.path, str(each.action)) for each in report.files] == [("sub/a.ipynb", "beside")]
    assert (tmp_path / "big-disk" / "a.ipynb").read_bytes() == notebook("1")
    assert bed.read(f"sub.upstream-{report.revision}/a.ipynb") == notebook("2")
    assert bed.actions() == {}


def test_31_my_whole_folder_may_be_a_link(bed: Bed, tmp_path: Path) -> None:
    (tmp_path / "big-disk").mkdir()
    bed.mine.symlink_to(tmp_path / "big-disk")
    bed.publish(a_ipynb=notebook("1"))
    assert bed.actions() == {"a.ipynb": "updated"}
    assert (tmp_path / "big-disk" / "a.ipynb").read_bytes() == notebook("1")


def test_32_a_link_that_leads_outside_is_never_written_through(bed: Bed, tmp_path: Path) -> None:
    outside = tmp_path / "outside.ipynb"
    outside.write_bytes(b"precious")
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    (bed.mine / "a.ipynb").unlink()
    (bed.mine / "a.ipynb").symlink_to(outside)
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "beside"}
    assert outside.read_bytes() == b"precious"
    assert (bed.mine / "a.ipynb").is_symlink()
    assert bed.beside() == notebook("2")


@pytest.mark.parametrize("path", ["../evil.py", "sub/../../evil.py", "/evil.py", "a//b.py", "back\\slash.py"])
def test_33_a_path_that_leads_outside_is_refused(bed: Bed, path: str) -> None:
    bed.publish(a_ipynb=notebook("1"))
    git(bed.upstream, "init", "--quiet", "--initial-branch=main")
    blob = git(bed.upstream, "hash-object", "-w", "notebooks/a.ipynb")
    tree = plain_tree(bed.upstream, {"a.ipynb": blob, path: blob})
    top = plain_tree(bed.upstream, {"notebooks": tree}, b"40000")
    who = {f"GIT_{role}_{what}": "o" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    commit = git(bed.upstream, "commit-tree", top, "-m", "x", **who)
    git(bed.upstream, "update-ref", "refs/heads/main", commit)
    report = perform(Request(f"file://{bed.upstream}", bed.mine, bed.state, allow_unsigned=True))
    assert {each.path: str(each.action) for each in report.files} == {"a.ipynb": "updated", path: "refused"}
    assert list(bed.snapshot()) == ["a.ipynb"]
    assert not list(bed.mine.parent.rglob("evil.py"))


def plain_tree(folder: Path, names: dict[str, str], mode: bytes = b"100644") -> str:
    """Write a tree with any names at all, as an attacker does, who does not ask git to check them."""
    data = b"".join(
        mode + b" " + name.encode() + b"\0" + bytes.fromhex(blob) for name, blob in sorted(names.items())
    )
    command = ["git", "hash-object", "-w", "-t", "tree", "--literally", "--stdin"]
    done = subprocess.run(command, cwd=folder, input=data, check=True, capture_output=True)
    return done.stdout.decode().strip()


def test_34_a_truncated_notebook_gets_help_without_any_news(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", notebook("1")[:-40])
    assert bed.actions() == {"a.ipynb": "beside"}
    assert bed.beside() == notebook("1")
    assert bed.actions() == {}


@pytest.mark.parametrize(
    "mine",
    [
        book(B | {"outputs": [{"output_type": "strange"}]}),
        book({"cell_type": "nonsense", "source": "", "metadata": {}}),
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 7}',
        b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}',
        b"[" * 100_000,
    ],
)
def test_34_an_invalid_notebook_of_mine_stays(bed: Bed, mine: bytes) -> None:
    assert bed.both_change(book(A, B), mine, book(cell("a = 3", "a"), B)) == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == mine
    assert bed.beside() == book(cell("a = 3", "a"), B)


def test_34_an_invalid_notebook_of_theirs_is_not_delivered(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2")[:-40], b_ipynb=book({"cell_type": "nonsense"}))
    assert bed.actions() == {"a.ipynb": "refused", "b.ipynb": "refused"}
    assert bed.snapshot() == {"a.ipynb": notebook("1")}


def test_35_a_notebook_of_no_bytes_stays(bed: Bed) -> None:
    assert bed.both_change(notebook("1"), b"", notebook("2")) == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == b""
    assert bed.beside() == notebook("2")


def test_36_a_notebook_of_more_than_100_mb(bed: Bed) -> None:
    big = "0123456789abcdef" * 6_600_000
    mine = book(cell("mine", "a"), cell("b = 2", "b", ran=big))
    actions = bed.both_change(book(A, B), mine, book(A, B, cell("c", "c")))
    assert len(mine) > 100_000_000
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("mine", ""), ("b = 2", big), ("c", "")]


def test_37_checkpoint_folders_are_left_alone(bed: Bed) -> None:
    name = ".ipynb_checkpoints/a-checkpoint.ipynb"
    bed.publish(a_ipynb=notebook("1"))
    bed.write(bed.upstream / "notebooks" / name, notebook("theirs"))
    bed.edit(name, notebook("mine"))
    assert bed.actions() == {"a.ipynb": "updated"}
    assert bed.read(name) == notebook("mine")


def test_38_a_read_only_file_stays_and_others_go_on(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"), c_ipynb=notebook("1"))
    bed.sync()
    (bed.mine / "a.ipynb").chmod(0o444)
    (bed.mine / "c.ipynb").chmod(0o444)
    bed.publish(a_ipynb=notebook("2"), b_ipynb=notebook("2"), c_ipynb=None)
    assert bed.actions() == {"a.ipynb": "beside", "b.ipynb": "updated", "c.ipynb": "kept"}
    assert (bed.read("a.ipynb"), bed.read("b.ipynb")) == (notebook("1"), notebook("2"))
    assert bed.beside() == notebook("2")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away and become another account")
def test_38_a_file_of_another_account_stays_and_others_go_on() -> None:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name)
        bed = Bed(folder / "upstream", folder / "mine", folder / "state")
        bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
        bed.sync()
        bed.publish(a_ipynb=notebook("2"), b_ipynb=notebook("2"))
        for place in (folder, bed.mine, bed.mine / "b.ipynb", bed.state, *bed.state.rglob("*")):
            os.chown(place, 65534, 65534)
        assert as_nobody(bed.actions) == {"a.ipynb": "beside", "b.ipynb": "updated"}
        assert (bed.read("a.ipynb"), bed.read("b.ipynb")) == (notebook("1"), notebook("2"))
        assert bed.beside() == notebook("2")


def as_nobody(call: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Call a function in a process of another account."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            os.write(writer, json.dumps(call()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    result: dict[str, str] = json.loads(said)
    return result


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_38_root_leaves_files_to_their_owner(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    for place in (bed.mine, bed.mine / "a.ipynb"):
        os.chown(place, 65534, 65534)
    bed.publish(a_ipynb=notebook("2"), **{"new/b_ipynb": notebook("1")})
    assert bed.actions() == {"a.ipynb": "updated", "new/b.ipynb": "updated"}
    assert {file.stat().st_uid for file in bed.mine.rglob("*")} == {65534}


def test_39_binary_data_is_replaced_or_comes_beside(bed: Bed) -> None:
    bed.publish(a_bin=b"\0\r\n1", b_bin=b"\0\r\n1")
    bed.sync()
    bed.edit("b.bin", b"\0\n1")  # only a line end, which means something in binary data
    bed.publish(a_bin=b"\0\r\n2", b_bin=b"\0\r\n2")
    assert bed.actions() == {"a.bin": "updated", "b.bin": "beside"}
    assert (bed.read("a.bin"), bed.read("b.bin"), bed.beside("b.bin")) == (b"\0\r\n2", b"\0\n1", b"\0\r\n2")
