from pathlib import Path

from workshop.sync.decide import Action
from workshop.sync.merge import Version
from workshop.sync.plan import Planner
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
