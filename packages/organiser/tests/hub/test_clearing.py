"""The end of a class: archives of homes, and homes that are deleted, whatever strangers left in them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from organiser.hub import clearing, cli, homes
from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def as_oneself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run what is meant for a seat's account as this one."""
    runuser = tmp_path / "bin/runuser"
    runuser.parent.mkdir()
    runuser.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    runuser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{runuser.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys; sys.exit('no notebooks here')", "no notebooks here"),
        ("while True: print('x' * 10_000)", "larger than"),
    ],
)
def test_what_fails_or_never_ends_leaves_no_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    monkeypatch.setattr(clearing, "MOST_BYTES", 3_000_000)
    with pytest.raises(WorkshopError, match=why):
        clearing.archive("017", tmp_path, python(code))
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "SECONDS", 0.2)
    with pytest.raises(WorkshopError, match="cannot be archived"):
        clearing.archive("017", tmp_path, python("import time; time.sleep(600)"))


APART = "import os, sys; sys.stdout.write(str(os.getsid(0) == os.getpid()))"


def test_what_runs_as_a_seat_has_no_hold_on_roots_terminal(tmp_path: Path) -> None:
    """With one, it could type there what root's shell then runs."""
    archived = clearing.archive("001", tmp_path, python(APART))
    assert archived.file.read_bytes() == b"True"


def test_the_words_run_as_the_seat_with_nothing_of_roots() -> None:
    words = clearing.as_seat("017", ["id"])
    assert words[:6] == ["runuser", "--user", "seat-017", "--", "env", "--ignore-environment"]
    assert "HOME=/home/seat-017" in words
    assert words[-1] == "id"


@pytest.mark.usefixtures("as_oneself")
def test_links_odd_names_and_locked_folders_are_deleted_and_nothing_outside(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    for folder in (home / "a" / "b", home / "--help", home / "new\nline", outside):
        folder.mkdir(parents=True)
    (outside / "kept").write_text("kept")
    (home / "link").symlink_to(outside)
    (home / "a" / "to-file").symlink_to(outside / "kept")
    (home / "-rf *").write_text("x")
    os.link(outside / "kept", home / "hard")
    (home / "a" / "b" / "deep").write_text("x")
    (home / "a" / "b").chmod(0)
    deep = home
    for _ in range(300):
        deep = deep / "d"
        deep.mkdir()
    clearing.empty("017", home)
    assert list(home.iterdir()) == []
    assert (outside / "kept").read_text() == "kept"


def test_a_home_that_is_a_link_is_not_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "seat-017").symlink_to("elsewhere")
    entered: list[Path] = []
    monkeypatch.setattr(clearing, "HOMES", tmp_path)
    monkeypatch.setattr(clearing.programs, "run", lambda *words: None)
    monkeypatch.setattr(clearing, "empty", lambda number, folder: entered.append(folder))
    clearing.delete_home(HubSettings(tmp_path, "workshop", "https://x"), "017")
    assert entered == []


def test_archives_lie_where_nobody_else_looks(tmp_path: Path) -> None:
    made = clearing.own_folder(tmp_path / "new")
    assert made.stat().st_mode & 0o777 == 0o700
    made.chmod(0o755)
    with pytest.raises(WorkshopError, match="other accounts can enter"):
        clearing.own_folder(made)
    (tmp_path / "link").symlink_to(made)
    with pytest.raises(WorkshopError, match="other accounts can enter"):
        clearing.own_folder(tmp_path / "link")


DELETE = ("delete", "--without-archive")


@pytest.fixture
def deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    hub = HubSettings(tmp_path, "workshop", "https://x")
    monkeypatch.setattr("organiser.hub.settings.load_hub_settings", lambda: hub)
    monkeypatch.setattr(homes, "require_root", lambda: None)
    monkeypatch.setattr(clearing, "seats_here", lambda hub, wanted: ["001", "002"])
    monkeypatch.setattr(clearing, "delete_home", lambda hub, number: done.append(f"home {number}"))
    monkeypatch.setattr(clearing, "delete_seat", lambda hub, number: done.append(f"seat {number}"))
    return done


def test_nothing_is_deleted_unless_somebody_says_so(deleted: list[str]) -> None:
    refused = CliRunner().invoke(cli.app, [*DELETE], input="2\n")
    assert isinstance(refused.exception, WorkshopError)
    assert "--yes" in str(refused.exception)
    assert deleted == []


@pytest.mark.parametrize(("answer", "done"), [("2", ["home 001", "home 002"]), ("y", []), ("", [])])
def test_the_number_has_to_be_typed(
    deleted: list[str], monkeypatch: pytest.MonkeyPatch, answer: str, done: list[str]
) -> None:
    monkeypatch.setattr("organiser.hub.words.someone_is_here", lambda: True)
    CliRunner().invoke(cli.app, [*DELETE], input=f"{answer}\n")
    assert deleted == done


def test_seats_go_only_when_that_is_said(deleted: list[str]) -> None:
    assert CliRunner().invoke(cli.app, [*DELETE, "--yes"]).exit_code == 0
    assert deleted == ["home 001", "home 002"]
    assert CliRunner().invoke(cli.app, [*DELETE, "--yes", "--with-seats"]).exit_code == 0
    assert deleted[2:] == ["home 001", "seat 001", "home 002", "seat 002"]
