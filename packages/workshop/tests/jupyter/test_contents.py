"""What is saved is whole for whoever reads it meanwhile, and is the same file to everybody afterwards."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import threading
import urllib.error
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4
from tornado.web import HTTPError

from workshop.core import files
from workshop.jupyter import contents
from workshop.jupyter.contents import WholeFiles, can_be_replaced

from .serving import Jupyter, jupyter

SAVES = 15


@pytest.fixture
def manager(tmp_path: Path) -> WholeFiles:
    return WholeFiles(root_dir=str(tmp_path))


def save(manager: WholeFiles, path: Path, text: str) -> None:
    with manager.atomic_writing(str(path), encoding="utf-8") as file:
        file.write(text)


def test_a_full_disk_says_what_to_do_and_harms_nothing(
    manager: WholeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = {"type": "notebook", "format": "json", "content": v4.new_notebook()}
    asyncio.run(manager.save(book, "a.ipynb"))
    before = (tmp_path / "a.ipynb").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    monkeypatch.setattr(files, "put_in_place", full)
    for wanted in (manager.save(book, "a.ipynb"), manager.create_checkpoint("a.ipynb")):
        with pytest.raises(HTTPError, match=r"disk is full.*delete files") as told:
            asyncio.run(wanted)
        assert told.value.status_code == 507
    assert (tmp_path / "a.ipynb").read_bytes() == before


def test_a_notebook_that_is_opened_while_it_is_saved_is_whole_and_lies_where_it_lay(tmp_path: Path) -> None:
    """Two pages save it, as those of one learner do, and a third one is loaded again and again."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    book = v4.new_notebook(cells=[v4.new_code_cell("x = 1\n" * 20) for _ in range(300)])
    told: Counter[str] = Counter()
    with jupyter(tmp_path / "own", notebooks) as server:
        model = {"type": "notebook", "format": "json", "content": book}
        server.ask("PUT", "contents/a.ipynb", model)
        over = threading.Event()

        def again_and_again(what: str, server: Jupyter = server) -> None:
            done = 0
            while not over.is_set() and (what == "GET" or done < SAVES):
                done += 1
                try:
                    server.ask(what, "contents/a.ipynb?content=1", model if what == "PUT" else None)
                    told[what] += 1
                except urllib.error.HTTPError as error:
                    told[f"{what}: {error.code} {error.read().decode()[:200]}"] += 1

        writers = [threading.Thread(target=again_and_again, args=["PUT"]) for _ in range(2)]
        reader = threading.Thread(target=again_and_again, args=["GET"])
        for thread in (*writers, reader):
            thread.start()
        for thread in writers:
            thread.join()
        over.set()
        reader.join()
    assert set(told) == {"PUT", "GET"} and told["PUT"] == 2 * SAVES
    assert sorted(path.name for path in notebooks.iterdir()) == [".ipynb_checkpoints", "a.ipynb"]
    assert nbformat.read(notebooks / "a.ipynb", 4).cells == book.cells


def test_rights_and_links_stay(manager: WholeFiles, tmp_path: Path) -> None:
    book, link = tmp_path / "a.ipynb", tmp_path / "link.ipynb"
    book.write_text("old")
    book.chmod(0o640)
    link.symlink_to("a.ipynb")
    before = book.stat().st_ino
    save(manager, link, "new\n")
    assert (book.read_bytes(), book.stat().st_mode & 0o777, link.is_symlink()) == (b"new\n", 0o640, True)
    assert book.stat().st_ino != before, "it was written anew in its place"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ipynb", "link.ipynb"]


def test_a_file_with_a_second_name_stays_the_same_file(manager: WholeFiles, tmp_path: Path) -> None:
    book, other = tmp_path / "a.ipynb", tmp_path / "other.ipynb"
    book.write_text("old")
    other.hardlink_to(book)
    save(manager, book, "new")
    assert other.read_text() == "new" and other.samefile(book)


def test_one_that_cannot_be_written_to_its_end_stays_as_it_was(manager: WholeFiles, tmp_path: Path) -> None:
    book = tmp_path / "a.ipynb"
    book.write_text("old")
    with pytest.raises(OSError, match="full"), manager.atomic_writing(str(book)) as file:
        file.write("ne")
        raise OSError("full")
    assert book.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.ipynb"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("access", lambda path, mode: False),
        ("geteuid", lambda: -1),
        ("listxattr", lambda path: ["system.posix_acl_access"]),
    ],
)
def test_one_that_is_not_this_accounts_alone_is_written_as_jupyter_does(
    asked: str, says: Callable[..., Any], manager: WholeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "a.ipynb"
    book.write_text("old")
    before = book.stat().st_ino
    monkeypatch.setattr(contents.os, asked, says)
    assert not can_be_replaced(book)
    monkeypatch.undo()
    monkeypatch.setattr(contents, "can_be_replaced", lambda target: False)
    save(manager, book, "new")
    assert (book.read_text(), book.stat().st_ino) == ("new", before)


@pytest.mark.parametrize("lists", [["security.selinux"], OSError(errno.ENOTSUP, "not supported")])
def test_labels_and_a_disk_without_any_are_no_access_lists(
    lists: list[str] | OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(path: Path) -> list[str]:
        if isinstance(lists, OSError):
            raise lists
        return lists

    (tmp_path / "file").touch()
    monkeypatch.setattr(contents.os, "listxattr", told)
    assert can_be_replaced(tmp_path / "file")


def test_what_is_not_to_be_replaced(tmp_path: Path) -> None:
    assert not can_be_replaced(tmp_path) and not can_be_replaced(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    assert not can_be_replaced(tmp_path / "pipe")
    (tmp_path / "file").touch()
    assert can_be_replaced(tmp_path / "file")
