"""The property: whatever a sync meets, it says so file by file, delivers the rest and loses nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sync.bed import memory_folder

from benchmarks.sync import fuzz_shapes
from benchmarks.sync.fuzz_shapes import faults_of, try_shapes, unlock
from workshop.sync import decision, engine, git, keys, mirror, notebook, planner, source

Patch = pytest.MonkeyPatch


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir=memory_folder()))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_no_shape_stops_a_sync_or_loses_anything(folder: Path) -> None:
    assert try_shapes(folder, 100, seed=1)["faults"] == []


def test_a_trial_is_known_by_its_seed(folder: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(fuzz_shapes, "_nothing_lost", lambda *_: iter(["lost"]))
    found = try_shapes(folder, 3, seed=1)["faults"]
    assert found and try_shapes(folder, 3, seed=1)["faults"] == found
    assert found[0].startswith("1/0 ")


def as_theirs(patch: Patch) -> None:
    patch.setattr(decision, "merge", lambda _base, _mine, theirs, *_: theirs)


def never_invalid(patch: Patch) -> None:
    patch.setattr(decision, "fault_of", lambda _document: "")
    patch.setattr(notebook.Version, "fault", property(lambda version: version._read[2]))


def first_twin_lost(patch: Patch) -> None:
    patch.setattr(notebook, "_without_twins", dict)


def no_boundary(patch: Patch) -> None:
    patch.setattr(planner.Planner, "_guarded", planner.Planner._fate)


def no_backup(patch: Patch) -> None:
    patch.setattr(engine.Record, "backup", lambda record, _path: record.folder / "none")


def raw_names(patch: Patch) -> None:
    for module in (engine, source):
        patch.setattr(module, "shown", str)


def half_letters(patch: Patch) -> None:
    def dump(document: dict[str, Any]) -> bytes:
        return notebook.json.dumps(document, indent=1, ensure_ascii=False).encode()

    patch.setattr(decision, "dump", dump)


def addresses_believed(patch: Patch) -> None:
    patch.setattr(git, "_own_words", lambda text, _source: text)


def any_language(patch: Patch) -> None:
    good = git.environment

    def foreign(*places: Path) -> dict[str, str]:
        return {**good(*places), "LC_ALL": "de_DE.UTF-8"}

    patch.setattr(git, "environment", foreign)


def answers_believed(patch: Patch) -> None:
    for module in (mirror, keys):
        patch.setattr(module, "understood", lambda _words: nullcontext())


def nothing_said(patch: Patch) -> None:
    patch.setattr(engine.Report, "changed", property(lambda _report: False))


PLANTED: dict[Callable[[Patch], None], int] = {
    as_theirs: 11,
    never_invalid: 12,
    first_twin_lost: 111,
    no_boundary: 37,
    no_backup: 0,
    raw_names: 30,
    half_letters: 36,
    addresses_believed: 81,
    any_language: 154,
    answers_believed: 169,
    nothing_said: 0,
}
"""Faults of the engine, and a trial of seed 1 that found each: the short run of the tests begins there."""
MOST = 1000


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_found(folder: Path, monkeypatch: Patch, plant: Callable[[Patch], None]) -> None:
    plant(monkeypatch)
    for number in range(PLANTED[plant], MOST):
        place = folder / str(number)
        place.mkdir()
        found = list(faults_of(f"1/{number}", place))
        unlock(place)
        if found:
            return
    pytest.fail(f"{plant.__name__} was not found by {MOST} trials")
