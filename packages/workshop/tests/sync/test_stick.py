from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync.request import Request, perform
from workshop.sync.source import repository_in


def test_the_newest_bundle_on_a_stick(tmp_path: Path) -> None:
    assert repository_in(tmp_path) is None
    (tmp_path / "updates").mkdir()
    for name in ("workshop-2026.10.bundle", "updates/workshop-2026.11.bundle"):
        (tmp_path / name).touch()
    assert repository_in(tmp_path) == tmp_path / "updates/workshop-2026.11.bundle"
    assert repository_in(tmp_path / "workshop-2026.10.bundle") == tmp_path / "workshop-2026.10.bundle"


def test_a_repository_with_and_without_a_work_tree(tmp_path: Path) -> None:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "bare" / "objects").mkdir(parents=True)
    (tmp_path / "bare" / "HEAD").touch()
    assert repository_in(tmp_path / "tree") == tmp_path / "tree"
    assert repository_in(tmp_path / "bare") == tmp_path / "bare"
    (tmp_path / "file.txt").touch()
    assert repository_in(tmp_path / "file.txt") is None


def test_a_stick_with_nothing_on_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    wanted = Request(str(tmp_path / "stick"), tmp_path / "mine", tmp_path / "state", allow_unsigned=True)
    with pytest.raises(WorkshopError, match="neither a git bundle nor a folder notebooks"):
        perform(wanted)
