from pathlib import Path

import pytest

from workshop.sync import plan as plan_module
from workshop.sync.decide import Action
from workshop.sync.merge import Version
from workshop.sync.plan import Planner, version_of
from workshop.sync.source import Source
from workshop.sync.state import Manifest

NEW = Version(b"new")


def test_a_name_beside_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a").write_bytes(b"mine")
    (tmp_path / "mine" / "a.upstream-rev").mkdir()
    source = Source({"a": NEW}, {}, "rev")
    planner = Planner(source, tmp_path / "mine", Manifest(tmp_path / "state"))
    (fate,) = planner.plan()
    assert fate.action == Action.BESIDE
    assert [step.path for step in fate.steps] == ["a.upstream-rev-2"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind(file: Path) -> Version | None:
        if file.name == "a":
            raise PermissionError(13, "Permission denied")
        return version_of(file)

    monkeypatch.setattr(plan_module, "version_of", blind)
    source = Source({"a": NEW, "b": NEW}, {}, "rev")
    planner = Planner(source, tmp_path / "mine", Manifest(tmp_path / "state"))
    assert {fate.path: fate.action for fate in planner.plan()} == {"a": Action.REFUSED, "b": Action.UPDATED}
