from pathlib import Path

import pytest

from workshop.sync import apply
from workshop.sync.apply import Run, heal, no_open_notebooks
from workshop.sync.decide import Action, Entry
from workshop.sync.merge import Version
from workshop.sync.plan import Fate, Step
from workshop.sync.state import Log, LoggedFate, LoggedStep, Manifest

ONE, TWO = Version(b"1"), Version(b"2")
UPDATE = Fate("a", Action.UPDATED, "why", (Step("a", ONE, TWO),), {"a": Entry("2", "m")})
RENAME = Fate(
    "new",
    Action.UPDATED,
    "why",
    (Step("new", None, TWO), Step("old", ONE, None)),
    {"new": Entry("2", "m"), "old": None},
)


def carry_out(tmp_path: Path, *fates: Fate) -> list[Action]:
    run = Run(tmp_path / "mine", tmp_path / "state", no_open_notebooks, dry_run=False)
    done, _ = run.carry_out(fates, "sync", "rev", {"a": TWO})
    return [fate.action for fate in done]


def put(tmp_path: Path, **files: bytes) -> None:
    (tmp_path / "mine").mkdir(exist_ok=True)
    for name, data in files.items():
        (tmp_path / "mine" / name).write_bytes(data)


def names(tmp_path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (tmp_path / "mine").iterdir()}


@pytest.mark.parametrize("late", [False, True])
def test_a_run_that_could_write_nothing_leaves_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """A locked folder is tried each day; ``late`` means that the file was there before the error came."""
    write = apply.write_atomically

    def refused(target: Path, data: bytes) -> None:
        if target.parent != tmp_path / "mine" or late:
            write(target, data)
        if target.parent == tmp_path / "mine":
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(apply, "write_atomically", refused)
    put(tmp_path, a=b"1", old=b"1")
    for _ in range(3):
        assert set(carry_out(tmp_path, UPDATE, RENAME)) <= {Action.REFUSED, Action.DEFERRED}
        assert Manifest(tmp_path / "state").entries == {}
    assert len(Log(tmp_path / "state").folders()) == (3 if late else 0)


def test_a_folder_that_became_a_link_meanwhile_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "outside").mkdir()
    (tmp_path / "mine" / "sub").symlink_to(tmp_path / "outside")
    fate = Fate("sub/a", Action.UPDATED, "why", (Step("sub/a", None, TWO),), {})
    assert carry_out(tmp_path, fate) == [Action.DEFERRED]
    assert list((tmp_path / "outside").iterdir()) == []


def killed(tmp_path: Path, *fates: Fate) -> Manifest:
    """Log fates as a run does that is killed afterwards."""
    record = Log(tmp_path / "state").begin("sync", "rev")
    for fate in fates:
        hashes = [(s.path, *(each and each.sha256 for each in (s.before, s.after))) for s in fate.steps]
        record.fates.append(LoggedFate(tuple(LoggedStep(*each) for each in hashes), {}, dict(fate.entries)))
    record.save()
    return Manifest(tmp_path / "state")


def test_healing_a_rename_spares_what_was_edited_since(tmp_path: Path) -> None:
    put(tmp_path, new=b"2", old=b"edited since")
    heal(tmp_path / "mine", killed(tmp_path, RENAME), Log(tmp_path / "state"))
    assert names(tmp_path) == {"new": b"2", "old": b"edited since"}
