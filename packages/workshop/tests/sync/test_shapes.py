"""Odd folders, odd records, and a git that answers nonsense."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync import source
from workshop.sync.git import Mirror, failure
from workshop.sync.source import read_folder

from .bed import Bed, memory_folder, notebook
from .organiser import Organiser

NOBODY = 65534


@pytest.fixture
def open_place() -> Iterator[Path]:
    """Give a folder that an account without rights reaches."""
    place = Path(mkdtemp(dir=memory_folder()))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_a_folder_that_lists_but_does_not_open_is_named_and_the_rest_delivered(open_place: Path) -> None:
    for path in ("a.py", "locked/within/b.py"):
        file = open_place / "notebooks" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"1")
    locked, was = open_place / "notebooks" / "locked", os.geteuid()
    locked.chmod(0o444)
    if was == 0:
        os.seteuid(NOBODY)
    try:
        found = read_folder(open_place, "notebooks")
    finally:
        os.seteuid(was)
        locked.chmod(0o755)
    assert list(found.files) == ["a.py"]
    assert list(found.skipped) == ["locked/within"]


def test_what_cannot_be_remembered_is_a_note_for_the_files_are_there(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(source, "write_last", full)
    report = organiser.sync(allow_unsigned=True)
    assert report.changed and bed.read("a.ipynb") == notebook("1")
    assert "cannot be remembered" in report.notes[0]


@pytest.fixture
def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a script of the test's before git."""
    file = tmp_path / "bin" / "git"
    file.parent.mkdir()
    file.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{file.parent}{os.pathsep}{os.environ['PATH']}")
    return file


def test_a_git_that_talks_at_length_is_not_waited_for(fake_git: Path, tmp_path: Path) -> None:
    fake_git.write_text("#!/bin/sh\n[ $2 = -t ] && echo tree && exit\nhead -c 300000 /dev/zero >&2\n")
    assert Mirror(tmp_path / "mirror").tree("1" * 40, "notebooks", "it") == []


def test_a_git_that_dies_is_one_line_and_no_broken_pipe(fake_git: Path, tmp_path: Path) -> None:
    fake_git.write_text("#!/bin/sh\nexit 1\n")
    mirror = Mirror(tmp_path / "mirror")
    with pytest.raises(WorkshopError, match="the mirror lacks"):
        mirror.read("1" * 40)


def test_a_tag_with_another_end_of_line_in_its_name_hides_nothing(bed: Bed) -> None:
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))
    organiser.git("tag", "-a", "-m", "x", "v1\u2028v2")
    assert organiser.sync(allow_unsigned=True).changed


def test_an_address_without_its_ending_is_still_the_address() -> None:
    said = (
        b"FATAL: R any lessons/timeout you DENIED by fallthru\nfatal: Could not read from remote repository."
    )
    assert isinstance(failure(said, "git@example.org:lessons/timeout.git"), WorkshopError)
