"""What a participant's own update asks of sync."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sync.bed import notebook
from sync.machine.bed import PullBed
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.sync.participant import Notebooks, my_notebooks, sticks
from workshop.sync.request import Request
from workshop.sync.updates import Updates


@pytest.fixture
def mine(bed: PullBed) -> Notebooks:
    settings = Settings(prefix=bed.prefix, notebooks=bed.bed.mine)
    return Notebooks(settings, Updates(bed.organiser.url, signers=bed.signers))


def test_look_update_and_undo(bed: PullBed, mine: Notebooks) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1", "2"))
    assert mine.look().changed
    assert not bed.bed.mine.exists()
    assert mine.update().changed
    bed.bed.edit("a.ipynb", notebook("mine", "2"))
    bed.organiser.release("v2", a_ipynb=notebook("theirs", "2"))
    report = mine.update()
    ((yours, theirs),) = [(each.path, each.beside) for each in report.files]
    assert (bed.bed.mine / yours).read_bytes() == notebook("mine", "2")
    assert (bed.bed.mine / theirs).read_bytes() == notebook("theirs", "2")
    mine.undo()
    assert not (bed.bed.mine / theirs).exists()


def test_the_command_does_the_same(bed: PullBed, mine: Notebooks) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))

    def run(request: Request) -> dict[str, object]:
        command = [sys.executable, "-m", "workshop", "sync", "--request", "--json"]
        done = subprocess.run(command, input=request.as_json(), capture_output=True, text=True, check=True)
        return dict(json.loads(done.stdout))

    assert run(replace(mine.request(), dry_run=True))["changed"] is True
    assert not bed.bed.mine.exists()
    assert run(mine.request())["changed"] is True
    assert run(mine.request())["changed"] is False
    assert run(mine.undoing())["changed"] is True


def test_without_an_address_a_stick_is_asked_for(mine: Notebooks, tmp_path: Path) -> None:
    alone = replace(mine, updates=Updates())
    with pytest.raises(WorkshopError, match="stick"):
        alone.update()
    folder = tmp_path / "stick"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks/a.ipynb").write_bytes(notebook("1"))
    with pytest.raises(WorkshopError, match="--allow-unsigned"):
        alone.update(str(folder))
    assert alone.update(str(folder), unsigned=True).changed
    with pytest.raises(WorkshopError, match="without signatures"):
        mine.update(str(folder))
    with pytest.raises(WorkshopError, match="set-up"):
        my_notebooks(Settings()).look(str(folder))


def test_sticks_are_found_where_they_are_mounted(bed: PullBed, tmp_path: Path) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    media = tmp_path / "media"
    for name in ("bundle", "folder/notebooks", "photos"):
        (media / name).mkdir(parents=True)
    bed.organiser.git("bundle", "create", "--quiet", str(media / "bundle/w.bundle"), "main", "--tags")
    assert sticks(mounts=(str(media), str(tmp_path / "none"))) == [media / "bundle", media / "folder"]
