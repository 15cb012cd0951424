"""A folder goes from a seat to a machine of one's own and back: edits merge, and nothing is lost."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from workshop.core.errors import WorkshopError
from workshop.sync.apply import Report, no_open_notebooks, undo
from workshop.sync.pack import ABOUT, pack, take_up
from workshop.sync.request import Request, perform

from .bed import Bed, book, cell, cells_of, notebook, run_sync

BASE = notebook("a = 1", "b = 2", "c = 3")


@dataclass
class Two:
    """A seat and a machine at home, to which one organiser delivers."""

    folder: Path
    seat: Bed = field(init=False)
    home: Bed = field(init=False)

    def __post_init__(self) -> None:
        upstream = self.folder / "upstream"
        self.seat = Bed(upstream, self.folder / "seat", self.folder / "seat-state")
        self.home = Bed(upstream, self.folder / "home", self.folder / "home-state")

    def deliver(self, **files: bytes | None) -> None:
        """Let both have the organiser's files."""
        self.seat.publish(**files)
        self.seat.sync()
        self.home.sync()

    def carry(self, start: Bed, end: Bed, dry_run: bool = False) -> Report:
        """Pack one folder, and take it up into the other one by the word that people type."""
        file = self.folder / "carried.zip"
        with file.open("wb") as out:
            pack(start.mine, start.state, out, "seat-017")
        return perform(Request(str(file), end.mine, end.state, dry_run=dry_run), no_open_notebooks)


@pytest.fixture
def two(tmp_path: Path) -> Two:
    made = Two(tmp_path)
    made.deliver(a_ipynb=BASE, b_ipynb=notebook("untouched"))
    return made


def actions(report: Report) -> dict[str, str]:
    return {outcome.path: str(outcome.action) for outcome in report.files}


def sources(data: bytes) -> list[str]:
    return [text for text, _ in cells_of(data)]


def test_what_was_edited_and_run_on_the_seat_comes_home(two: Two) -> None:
    two.seat.edit("a.ipynb", notebook("a = 1", "b = 22", "c = 3", outputs=True))
    two.seat.edit("my own.ipynb", notebook("mine"))
    assert actions(two.carry(two.seat, two.home)) == {"a.ipynb": "updated", "my own.ipynb": "updated"}
    assert two.home.cells()[1] == ("b = 22", "ran b = 22")
    assert two.home.read("my own.ipynb") == notebook("mine")


@pytest.mark.parametrize("to_home", [True, False])
def test_edits_of_both_merge_in_both_directions(two: Two, to_home: bool) -> None:
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    two.home.edit("a.ipynb", notebook("a = 1", "b = 2", "c = 33"))
    start, end = (two.seat, two.home) if to_home else (two.home, two.seat)
    assert actions(two.carry(start, end)) == {"a.ipynb": "merged"}
    assert sources(end.read("a.ipynb")) == ["a = 11", "b = 2", "c = 33"]


def test_where_both_changed_one_cell_the_other_file_lies_beside(two: Two) -> None:
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    mine = notebook("a = 111", "b = 2", "c = 3")
    two.home.edit("a.ipynb", mine)
    report = two.carry(two.seat, two.home)
    assert actions(report) == {"a.ipynb": "beside"}
    assert two.home.read("a.ipynb") == mine
    assert sources(two.home.beside()) == ["a = 11", "b = 2", "c = 3"]
    assert "seat-017" in report.files[0].reason


def test_the_next_update_keeps_what_came_from_the_seat(two: Two) -> None:
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    two.carry(two.seat, two.home)
    two.home.publish(a_ipynb=notebook("a = 1", "b = 2", "c = 33"))
    assert two.home.actions() == {"a.ipynb": "merged"}
    assert sources(two.home.read("a.ipynb")) == ["a = 11", "b = 2", "c = 33"]


@pytest.mark.parametrize("newer", ["seat", "home"])
def test_the_two_need_not_be_at_one_revision(two: Two, newer: str) -> None:
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    two.seat.publish(a_ipynb=notebook("a = 1", "b = 2", "c = 33"))
    (two.seat if newer == "seat" else two.home).sync()
    two.carry(two.seat, two.home)
    if newer == "seat":
        two.home.sync()
    assert sources(two.home.read("a.ipynb")) == ["a = 11", "b = 2", "c = 33"]


def test_an_edited_lesson_that_the_next_version_has_no_longer_comes_along(tmp_path: Path) -> None:
    two = Two(tmp_path)
    two.deliver(a_ipynb=BASE, old_ipynb=BASE, untouched_ipynb=BASE)
    two.seat.edit("old.ipynb", notebook("a = 1", "b = 22", "c = 3"))
    next_one = Bed(tmp_path / "next", tmp_path / "next-home", tmp_path / "next-state")
    next_one.publish(a_ipynb=notebook("a = 1", "b = 2", "c = 3", "new = 4"))
    next_one.sync()
    report = two.carry(two.seat, next_one)
    assert next_one.read("old.ipynb") == notebook("a = 1", "b = 22", "c = 3"), report.files
    assert sources(next_one.read("a.ipynb")) == ["a = 1", "b = 2", "c = 3", "new = 4"]


def test_what_comes_a_second_time_grows_from_the_first(two: Two) -> None:
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    two.carry(two.seat, two.home)
    two.home.edit("a.ipynb", notebook("a = 11", "b = 22", "c = 3"))
    assert actions(two.carry(two.seat, two.home)) == {}
    two.seat.edit("a.ipynb", notebook("a = 12", "b = 2", "c = 3"))
    assert actions(two.carry(two.seat, two.home)) == {"a.ipynb": "merged"}
    assert sources(two.home.read("a.ipynb")) == ["a = 12", "b = 22", "c = 3"]
    # And back, to be gone on with.
    assert actions(two.carry(two.home, two.seat)) == {"a.ipynb": "merged"}
    assert sources(two.seat.read("a.ipynb")) == ["a = 12", "b = 22", "c = 3"]


def test_what_the_seat_deleted_stays_at_home(two: Two) -> None:
    two.carry(two.seat, two.home)
    two.seat.edit("b.ipynb", None)
    assert actions(two.carry(two.seat, two.home)) == {}
    assert sources(two.home.read("b.ipynb")) == ["untouched"]


def test_a_dry_run_writes_nothing_and_an_undo_puts_back(two: Two) -> None:
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    before = {*two.folder.rglob("home*/**/*")}
    would = two.carry(two.seat, two.home, dry_run=True)
    assert two.home.read("a.ipynb") == BASE
    assert {*two.folder.rglob("home*/**/*")} == before
    report = two.carry(two.seat, two.home)
    assert actions(would) == actions(report) == {"a.ipynb": "updated"}
    (taken,) = (two.home.state / "other-machines").iterdir()
    assert str(taken) in report.notes[-1]
    undo(two.home.mine, taken)
    assert two.home.read("a.ipynb") == BASE


def test_a_folder_of_which_nothing_is_remembered_overwrites_nothing(two: Two) -> None:
    two.seat.state = two.folder / "no-state"
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    assert actions(two.carry(two.seat, two.home)) == {"a.ipynb": "beside"}
    assert two.home.read("a.ipynb") == BASE


def test_its_own_folder_is_refused(two: Two) -> None:
    with pytest.raises(WorkshopError, match="this folder"):
        two.carry(two.seat, two.seat)


def test_what_cannot_come_along_is_named(two: Two) -> None:
    (two.seat.mine / "out").symlink_to("/etc/passwd")
    report = two.carry(two.seat, two.home)
    assert [note for note in report.notes if "out did not come along" in note]
    assert not (two.home.mine / "out").exists()


def test_the_words_that_people_type(two: Two, capsys: pytest.CaptureFixture[str]) -> None:
    file = two.folder / "folder.zip"
    where = ["--into", str(two.seat.mine), "--state", str(two.seat.state)]
    two.seat.edit("a.ipynb", notebook("a = 11", "b = 2", "c = 3"))
    run_sync(["--pack", str(file), *where])
    assert "2 files" in capsys.readouterr().out
    run_sync(["--from", str(file), "--into", str(two.home.mine), "--state", str(two.home.state), "--json"])
    assert json.loads(capsys.readouterr().out)["files"][0]["path"] == "a.ipynb"
    assert sources(two.home.read("a.ipynb"))[0] == "a = 11"
    with pytest.raises(typer.BadParameter):
        run_sync(["--pack", str(two.folder / "folder.tar"), *where])


def made(about: object, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(ABOUT, json.dumps(about))
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


GOOD = {"format": 1, "origin": "0" * 32, "name": "x", "delivered": {}, "left_out": {}}


@pytest.mark.parametrize(
    "data",
    [
        b"no zip",
        made([]),
        made(GOOD | {"format": 2}, **{"notebooks/a": b""}),
        made(GOOD | {"origin": "../../etc"}, **{"notebooks/a": b""}),
        made(GOOD | {"delivered": []}, **{"notebooks/a": b""}),
        made(GOOD),
    ],
    ids=["no zip", "no description", "format", "origin", "delivered", "empty"],
)
def test_any_other_file_is_refused_in_one_line(two: Two, data: bytes) -> None:
    file = two.folder / "other.zip"
    file.write_bytes(data)
    with pytest.raises(WorkshopError) as caught:
        take_up(file, two.home.mine, two.home.state, False, no_open_notebooks)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../../evil", "/evil", "a/../../evil", "evil\x1b[2J", ".ssh/evil"])
def test_no_name_leads_out_of_the_folder(two: Two, name: str) -> None:
    file = two.folder / "other.zip"
    file.write_bytes(made(GOOD, **{"notebooks/good.txt": b"good", f"notebooks/{name}": b"evil"}))
    take_up(file, two.home.mine, two.home.state, False, no_open_notebooks)
    assert two.home.read("good.txt") == b"good"
    evil = [each for each in two.folder.rglob("*") if each.is_file() and each.read_bytes() == b"evil"]
    assert evil == []


def test_a_link_in_the_archive_or_at_home_is_never_followed(two: Two) -> None:
    link = zipfile.ZipInfo("notebooks/link")
    link.external_attr = 0o120777 << 16
    file = two.folder / "other.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(ABOUT, json.dumps(GOOD))
        archive.writestr(link, "/etc/passwd")
        archive.writestr("notebooks/there.txt", "new")
    outside = two.folder / "outside.txt"
    outside.write_text("kept")
    (two.home.mine / "there.txt").symlink_to(outside)
    report = take_up(file, two.home.mine, two.home.state, False, no_open_notebooks)
    assert actions(report) == {"link": "refused", "there.txt": "beside"}
    assert outside.read_text() == "kept"


def _changed(rng: random.Random, cells: list[str], mark: str) -> list[str]:
    """Return the cells after a few random edits; each new text is known by the mark."""
    result = list(cells)
    for number in range(rng.randrange(4)):
        place = rng.randrange(len(result) + 1)
        kind = rng.choice(["edit", "insert", "delete"])
        if kind == "insert" or not result:
            result.insert(place, f"{mark}-{number} = 'new'")
        elif kind == "edit":
            result[place % len(result)] = f"{mark}-{number} = 'edited'"
        else:
            result.pop(place % len(result))
    return result


def _book(cells: list[str], ids: Callable[[str], str]) -> bytes:
    return book(*(cell(text, ids(text)) for text in cells))


def test_whatever_two_people_edit_nothing_that_they_wrote_is_lost(tmp_path: Path) -> None:
    """Edits of random cells on both sides: each text is in the result, or in the file beside it."""
    base = [f"cell{number} = {number}" for number in range(6)]
    for number in range(12):
        rng = random.Random(number)
        room = Two(tmp_path / str(number))
        room.deliver(a_ipynb=_book(base, lambda text: text[:5]))
        seat, home = _changed(rng, base, "seat"), _changed(rng, base, "home")
        room.seat.edit("a.ipynb", _book(seat, lambda text: text.split(" ")[0]))
        room.home.edit("a.ipynb", _book(home, lambda text: text.split(" ")[0]))
        room.carry(room.seat, room.home)
        there = [text for file in room.home.mine.glob("*.ipynb") for text in sources(file.read_bytes())]
        written = [text for text in [*seat, *home] if text not in base]
        assert [text for text in written if text not in there] == []
        assert actions(room.carry(room.seat, room.home)) == {}, "a second time brings nothing"


def test_of_a_damaged_file_nothing_wrong_comes(two: Two) -> None:
    two.seat.edit("a.ipynb", notebook("mine", "2"))
    good = made(GOOD, **{"notebooks/good.txt": b"good", "notebooks/a.ipynb": notebook("x" * 400)})
    draw = random.Random(1)
    for _ in range(150):
        data = bytearray(good)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        (two.folder / "damaged.zip").write_bytes(data)
        try:
            report = take_up(
                two.folder / "damaged.zip", two.home.mine, two.home.state, True, no_open_notebooks
            )
        except WorkshopError as error:
            assert "nobody thought of" not in str(error)
        else:
            assert "nobody thought of" not in str(report)
