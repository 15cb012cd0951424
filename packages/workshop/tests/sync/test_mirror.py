import os
import shutil
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync import source
from workshop.sync.git import Mirror
from workshop.sync.request import perform

from .bed import Bed, notebook
from .organiser import Organiser


@pytest.fixture
def organiser(bed: Bed) -> Organiser:
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))
    return organiser


def taken(organiser: Organiser, folder: Path) -> tuple[Mirror, str]:
    """Take the organiser's branch into a mirror, unjudged."""
    mirror = Mirror(folder)

    def judge(offered: Mirror) -> str:
        tip = offered.fetch(offered.look(organiser.url, "it"))
        mirror.take(offered, "main", tip, [])
        return tip

    return mirror, mirror.judged(judge)


def test_what_a_killed_fetch_left_goes(organiser: Organiser, tmp_path: Path) -> None:
    left = tmp_path / "mirror" / "incoming-x" / "repository.git" / "objects"
    left.mkdir(parents=True)
    (left / "pack").write_bytes(b"half of it")
    taken(organiser, tmp_path / "mirror")
    assert sorted(each.name for each in (tmp_path / "mirror").iterdir()) == ["config", "repository.git"]


@pytest.mark.parametrize("damage", ["locks", "head", "half"])
def test_a_mirror_that_a_kill_left_behind_is_mended(
    organiser: Organiser, tmp_path: Path, damage: str
) -> None:
    mirror, commit = taken(organiser, tmp_path / "mirror")
    repository = mirror.git.repository
    if damage == "locks":
        for name in ("shallow.lock", "packed-refs.lock", "refs/heads/main.lock", "config.lock"):
            (repository / name).touch()
        (repository / "objects/pack").mkdir(exist_ok=True)
        (repository / "objects/pack/tmp_pack_x").touch()
    elif damage == "head":
        (repository / "HEAD").write_bytes(b"")
    else:
        shutil.rmtree(repository / "objects")
    new = organiser.commit(a_ipynb=notebook("2"))
    again, tip = taken(organiser, tmp_path / "mirror")
    assert tip == new != commit
    assert not list(repository.rglob("*.lock")) and again.has(new)


def put(place: Path, what: str) -> None:
    """Put something else where the mirror has a folder or a file."""
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    match what:
        case "file":
            place.write_text("x")
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case _:
            place.symlink_to("nowhere")


@pytest.mark.parametrize("what", ["file", "folder", "pipe", "link"])
@pytest.mark.parametrize("where", ["mirror", "mirror/repository.git", "mirror/config"])
def test_whatever_has_the_mirrors_place_stops_no_update(
    organiser: Organiser, bed: Bed, where: str, what: str
) -> None:
    perform(organiser.request())
    put(bed.state / where, what)
    organiser.commit(a_ipynb=notebook("2"))
    assert perform(organiser.request()).changed
    assert bed.read("a.ipynb") == notebook("2")


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    organiser: Organiser, bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise WorkshopError("it has no room")

    perform(organiser.request())
    organiser.commit(a_ipynb=notebook("2"))
    monkeypatch.setattr(source, "require_room", full)
    monkeypatch.setattr(Mirror, "fetch", lambda *_: pytest.fail("it was fetched"))
    with pytest.raises(WorkshopError, match="no room"):
        perform(organiser.request())


@pytest.mark.parametrize("text", ["[core\n", "\0" * 200, "[core]\n\tbare = perhaps\n"])
def test_a_mirror_whose_settings_are_damaged_is_made_anew(organiser: Organiser, text: str) -> None:
    organiser.sync()
    config = organiser.bed.state / "mirror/repository.git/config"
    config.write_text(text)
    organiser.commit(a_ipynb=notebook("2"))
    assert organiser.actions() == {"a.ipynb": "updated"}
    assert "bare = true" in config.read_text()


def test_a_mirror_whose_objects_a_power_cut_emptied_is_made_anew(organiser: Organiser) -> None:
    organiser.sync()
    for file in (organiser.bed.state / "mirror/repository.git/objects").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(b"")
    organiser.commit(a_ipynb=notebook("2"))
    assert organiser.actions() == {"a.ipynb": "updated"}
    assert organiser.actions() == {}
