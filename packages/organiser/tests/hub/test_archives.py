"""Archives of a class, and the way back: whole or not there, never overwritten, each fault in one line."""

from __future__ import annotations

import errno
import json
import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from organiser.hub import archives, clearing, cli, homes
from organiser.hub.archives import Archive, delete_old, load, new_archive
from organiser.hub.codes import typed
from organiser.hub.door import Admitted, Door, Refused
from organiser.hub.seats import Seats
from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError

RUNUSER = """#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""
SYSTEMCTL = """#!/bin/sh
echo "$*" >>"{log}"
[ "$1" != "$BROKEN" ]
"""
BOOK = '{{"cells": [{{"cell_type": "code", "id": "one", "metadata": {{}}, "source": "{}", "outputs": [], "execution_count": null}}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}\n'  # noqa: E501


def make(into: Path, rotates: bool = False, **seats: str) -> Archive:
    """Make an archive with a few bytes for each seat."""
    with new_archive(into, "https://x", rotates) as archive:
        for seat, text in (seats or {"001": "one"}).items():
            archive.add_seat(clearing.archive(seat[-3:], archive.folder, ["printf", text]))
        archive.add("key", b"secret")
    return archive


def test_each_run_has_a_folder_of_its_own_that_is_roots_alone(tmp_path: Path) -> None:
    into = tmp_path / "archive"
    first, second = make(into), make(into)
    assert first.folder != second.folder
    assert first.faults() == {}
    for folder in (into, first.folder):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in first.folder.iterdir()} == {0o600}
    assert sorted(each.name for each in into.iterdir()) == sorted([first.folder.name, second.folder.name])
    with pytest.raises(FileExistsError):
        clearing.archive("001", first.folder, ["printf", "other"])
    assert (load(first.folder).seats, load(first.folder).files) == (first.seats, first.files)


def test_a_run_that_is_killed_at_any_moment_looks_never_finished(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from organiser.hub import archives, clearing
left = int(sys.argv[2])
def hook(event, args):
    global left
    if event in ("open", "os.rename", "os.mkdir", "os.chmod") and sys.argv[1] in str(args[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
with archives.new_archive(Path(sys.argv[1]), "https://x") as archive:
    archive.add_seat(clearing.archive("001", archive.folder, ["printf", "one"]))
    archive.add("key", b"secret")
"""
    into, killed = tmp_path / "archive", 0
    for steps in range(60):
        done = subprocess.run([sys.executable, "-c", script, str(into), str(steps)], check=False)
        whole = [each for each in into.iterdir() if not each.name.startswith(".")] if into.exists() else []
        assert all(load(each).faults() == {} for each in whole)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        killed += 1
        for each in into.iterdir() if into.exists() else ():
            if each.name.startswith("."):
                with pytest.raises(WorkshopError, match="killed"):
                    load(each)
    assert killed > 5
    assert not [each for each in into.iterdir() if each.name.startswith(".")], "what was left is gone"


def test_a_full_disk_is_one_line_and_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = make(tmp_path / "archive")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archives, "write_whole", full)
    with pytest.raises(WorkshopError, match="no room for the archive") as caught:
        make(tmp_path / "archive")
    assert "\n" not in str(caught.value)
    assert [each.name for each in (tmp_path / "archive").iterdir()] == [old.folder.name]


def test_whatever_byte_flips_is_found(tmp_path: Path) -> None:
    made = make(tmp_path / "archive", s001="one" * 30, s002="two" * 30)
    draw = random.Random(1)
    files = sorted(made.folder.iterdir())
    for _ in range(60):
        file = draw.choice(files)
        good = file.read_bytes()
        data = bytearray(good)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        file.write_bytes(data)
        try:
            found = load(made.folder)
        except WorkshopError as error:
            assert "\n" not in str(error)
        else:
            changed = found.as_document() != made.as_document()
            assert found.faults() or (file.name == archives.MANIFEST and changed)
        file.write_bytes(good)
    (made.folder / "workshop-seat-001.zip").unlink()
    assert "is missing" in load(made.folder).faults()["workshop-seat-001.zip"]


def test_a_folder_that_others_can_change_and_one_that_is_none_are_refused(tmp_path: Path) -> None:
    made = make(tmp_path / "archive")
    made.folder.chmod(0o777)
    with pytest.raises(WorkshopError, match="can be changed by other accounts"):
        load(made.folder)
    made.folder.chmod(0o700)
    (tmp_path / "link").symlink_to(made.folder)
    for other, why in (("link", "can be changed by other accounts"), ("nowhere", "no finished archive")):
        with pytest.raises(WorkshopError, match=why):
            load(tmp_path / other)
    said = json.loads((made.folder / "manifest.json").read_text())
    said["files"]["../../etc/passwd"] = said["files"].pop("key")
    (made.folder / "manifest.json").write_text(json.dumps(said))
    with pytest.raises(WorkshopError, match="damaged"):
        load(made.folder)


def test_only_whole_archives_of_the_timers_go(tmp_path: Path) -> None:
    into = tmp_path / "archive"
    by_hand, first = make(into), make(into, rotates=True)
    with new_archive(into, "https://x", rotates=True) as lacking:
        lacking.lacking["002"] = "it failed"
    second = make(into, rotates=True)
    third, fourth = make(into, rotates=True), make(into, rotates=True)
    stranger = into / "2020-01-01T00-00-00"
    stranger.mkdir(mode=0o700)
    (stranger / "thesis").write_text("x")
    assert delete_old(into, 2) == [first.folder.name, second.folder.name]
    stay = [by_hand, lacking, third, fourth]
    assert {each.name for each in into.iterdir()} == {*(each.folder.name for each in stay), stranger.name}
    assert delete_old(into, 2) == []


@dataclass
class Server:
    """A classroom in a folder, whose accounts are all this one's."""

    folder: Path
    hub: HubSettings = field(init=False)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hub = HubSettings(self.folder / "opt", "workshop", "https://class.example.org")
        self.hub.private.mkdir(parents=True)
        self.hub.state.mkdir()
        (self.hub.private / "key").write_text(os.urandom(32).hex() + "\n")

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.hub.secret("key"))

    def seats(self, *numbers: str) -> dict[str, str]:
        """Make seats; return the code of each."""
        known = Seats.load(self.hub.seats_file, self.key)
        codes = {number: known.add(number) for number in numbers}
        known.save(self.hub.seats_file, os.getgid())
        for number in numbers:
            self.book(number, "a.ipynb")
        return codes

    def book(self, number: str, name: str, text: str = "fresh") -> Path:
        """Write a notebook of a seat's."""
        file = self.folder / f"home/seat-{number}/notebooks" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(BOOK.format(text))
        return file

    def door(self) -> Door:
        return Door(self.key, self.hub.seats_file, self.hub.state / "bindings.json")

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let commands be about this server."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        for name, text in (("runuser", RUNUSER), ("systemctl", SYSTEMCTL.format(log=self.folder / "log"))):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        me = pwd.getpwuid(os.geteuid())
        monkeypatch.setattr(pwd, "getpwnam", lambda name: me)
        monkeypatch.setattr(clearing, "HOMES", self.folder / "home")
        monkeypatch.setattr(homes, "require_root", lambda: None)
        monkeypatch.setattr("organiser.hub.settings.load_hub_settings", lambda: self.hub)
        monkeypatch.setattr("workshop.core.settings.load_settings", lambda: None)
        monkeypatch.setattr(homes, "make", self._make)
        monkeypatch.setattr(clearing, "delete_home", lambda hub, number: self.done.append(number))

    def _make(self, hub: HubSettings, machine: object, numbers: list[str]) -> list[str]:
        new = [each for each in numbers if not (self.folder / f"home/seat-{each}").exists()]
        for number in new:
            self.book(number, "a.ipynb")
        return new

    def says(self, *words: str) -> dict[str, Any]:
        """Call ``workshop classroom``; return its document, or the error that it ends with."""
        ran = CliRunner().invoke(cli.app, [*words, "--json"])
        said: dict[str, Any] = json.loads(ran.stdout) if ran.stdout.strip() else {}
        if ran.exception and not isinstance(ran.exception, SystemExit):
            assert isinstance(ran.exception, WorkshopError), ran.exception
            assert "\n" not in str(ran.exception)
            said["error"] = str(ran.exception)
        return said


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server(tmp_path / "old")
    made.use(monkeypatch)
    return made


def came(door: Door, seat: str, code: str, cookie: str | None = None) -> Admitted | Refused:
    return door.admit(seat, typed(code), lambda name: cookie, "192.0.2.1")


def test_on_a_new_server_cards_browsers_and_notebooks_are_as_before(
    tmp_path: Path, old: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = old.seats("001", "002", "003")
    sat = came(old.door(), "1", codes["001"])
    assert isinstance(sat, Admitted)
    old.book("001", "mine.ipynb", "an evening's work")
    shutil.rmtree(old.folder / "home/seat-003/notebooks")
    made = old.says("archive", "--into", str(tmp_path / "away"))
    assert (sorted(made["archived"]), made["empty"], made["failed"]) == (["001", "002"], ["003"], {})

    new = Server(tmp_path / "new")
    new.use(monkeypatch)
    fresh = new.seats("001", "002")
    done = new.says("restore", made["folder"])
    assert "error" not in done, done
    assert (done["accounts"], done["codes"], done["failed"]) == (["003"], ["001", "002", "003"], {})
    assert "an evening's work" in (new.folder / "home/seat-001/notebooks/mine.ipynb").read_text()
    door = new.door()
    assert isinstance(came(door, "1", codes["001"], sat.cookie), Admitted)
    assert isinstance(came(door, "1", codes["001"]), Refused), "another browser's card is not enough"
    assert isinstance(came(door, "2", codes["002"]), Admitted)
    assert isinstance(came(door, "2", fresh["002"]), Refused)
    # Once more, after somebody worked on: nothing of that is lost.
    new.book("001", "a.ipynb", "today's work")
    again = new.says("restore", made["folder"])
    assert (again["accounts"], again["codes"], again["failed"]) == ([], [], {})
    assert "today's work" in (new.folder / "home/seat-001/notebooks/a.ipynb").read_text()
    assert isinstance(came(new.door(), "1", codes["001"], sat.cookie), Admitted)


@pytest.mark.parametrize("word", ["stop", "start"])
def test_a_restore_that_ended_half_way_is_called_again(
    tmp_path: Path, old: Server, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    codes = old.seats("001")
    sat = came(old.door(), "1", codes["001"])
    assert isinstance(sat, Admitted)
    made = old.says("archive", "--into", str(tmp_path / "away"))
    new = Server(tmp_path / "new")
    new.use(monkeypatch)
    new.seats("001", "002")
    monkeypatch.setenv("BROKEN", word)
    assert "systemctl" in new.says("restore", made["folder"])["error"]
    monkeypatch.delenv("BROKEN")
    done = new.says("restore", made["folder"])
    assert "error" not in done, done
    assert isinstance(came(new.door(), "1", codes["001"], sat.cookie), Admitted)
    assert (new.folder / "log").read_text().splitlines()[-2:] == [
        "start workshop-hub.service",
        "stop classroom-seat@001.service",
    ]


def test_a_seat_that_goes_back_to_its_own_archive_has_what_was_lost_and_what_is_new(
    tmp_path: Path, old: Server
) -> None:
    code = old.seats("001")["001"]
    lost = old.book("001", "lost.ipynb", "an evening's work")
    made = old.says("archive", "--into", str(tmp_path / "away"))
    lost.unlink()
    kept = old.book("001", "new.ipynb", "today's work")
    known = Seats.load(old.hub.seats_file, old.key)
    newer = known.add("002")
    known.save(old.hub.seats_file, os.getgid())
    assert old.says("restore", made["folder"])["failed"] == {}
    assert "an evening's work" in lost.read_text()
    assert "today's work" in kept.read_text()
    assert isinstance(came(old.door(), "1", code), Admitted)
    assert isinstance(came(old.door(), "2", newer), Admitted), "a card made since then is still good"


def test_each_fault_of_a_restore_is_one_line_and_changes_nothing(
    tmp_path: Path, old: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = old.seats("001", "002")
    folder = Path(old.says("archive", "--into", str(tmp_path / "away"))["folder"])
    new = Server(tmp_path / "new")
    new.use(monkeypatch)
    mine = new.seats("001")
    assert isinstance(came(new.door(), "1", mine["001"]), Admitted)
    before = (new.hub.seats_file.read_bytes(), new.key)
    assert "--replace" in new.says("restore", str(folder))["error"]
    assert "no seat 9" in new.says("restore", str(folder), "9")["error"]
    file = folder / "workshop-seat-002.zip"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)
    assert "damaged" in new.says("restore", str(folder), "--replace")["error"]
    assert (new.hub.seats_file.read_bytes(), new.key) == before
    # The seat whose file is good comes back alone.
    assert list(new.says("restore", str(folder), "1", "--replace")["restored"]) == ["001"]
    assert isinstance(came(new.door(), "2", codes["002"]), Admitted)


def test_homes_go_only_with_a_whole_archive_of_them(tmp_path: Path, old: Server) -> None:
    old.seats("001", "002")
    done = old.says("delete", "--yes")
    assert (done["deleted"], old.done) == (["001", "002"], ["001", "002"])
    assert sorted(load(Path(done["archive"])).seats) == ["001", "002"]
    old.done.clear()
    notebooks = old.folder / "home/seat-002/notebooks"
    shutil.rmtree(notebooks)
    notebooks.mkdir()
    state = old.folder / "home/seat-002/.workshop-sync"
    shutil.rmtree(state)
    state.write_text("in the way")
    assert "nothing was deleted" in old.says("delete", "--yes")["error"]
    assert old.done == []
    assert old.says("delete", "--yes", "--without-archive")["deleted"] == ["001", "002"]


def test_a_seat_that_cannot_be_packed_is_named_and_the_others_are_kept(tmp_path: Path, old: Server) -> None:
    old.seats("001", "002")
    state = old.folder / "home/seat-002/.workshop-sync"
    state.write_text("in the way")
    made = old.says("archive", "--keep", "1")
    assert "1 of 2 seats were not archived" in made["error"]
    assert list(made["failed"]) == ["002"]
    assert list(load(Path(made["folder"])).seats) == ["001"]
    state.unlink()
    made = old.says("archive", "--keep", "1")
    again = old.says("archive", "--keep", "1")
    assert again["deleted"] == [Path(made["folder"]).name], "the one that lacks a seat stays"
