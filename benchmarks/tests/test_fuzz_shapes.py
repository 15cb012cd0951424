"""The property: whatever a sync meets, it says so file by file, delivers the rest and loses nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from depth import by_depth
from sync.bed import memory_folder

from benchmarks.sync import fuzz_shapes, odd_shapes
from benchmarks.sync.fuzz_shapes import try_shapes
from workshop.sync import engine, git, mirror, notebook, planner, source

Patch = pytest.MonkeyPatch


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir=memory_folder()))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_no_shape_stops_a_sync_or_loses_anything(folder: Path) -> None:
    assert try_shapes(folder, by_depth(100, full=1000), seed=1)["faults"] == []


def test_a_trial_is_known_by_its_seed(folder: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(fuzz_shapes, "_nothing_lost", lambda *_: iter(["lost"]))
    found = try_shapes(folder, 3, seed=1)["faults"]
    assert found and try_shapes(folder, 3, seed=1)["faults"] == found
    assert found[0].startswith("1/0 ")


def as_theirs(patch: Patch) -> None:
    patch.setattr(planner, "merge", lambda _base, _mine, theirs: theirs)


def never_invalid(patch: Patch) -> None:
    patch.setattr(planner, "fault_of", lambda _document: "")
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

    patch.setattr(planner, "dump", dump)


def addresses_believed(patch: Patch) -> None:
    patch.setattr(git, "_own_words", lambda text, _source: text)


def any_language(patch: Patch) -> None:
    good = git.environment

    def foreign(*places: Path) -> dict[str, str]:
        return {**good(*places), "LC_ALL": "de_DE.UTF-8"}

    patch.setattr(git, "environment", foreign)


def answers_believed(patch: Patch) -> None:
    patch.setattr(mirror, "_name", bytes.decode)
    patch.setattr(mirror, "_size", int)
    patch.setattr(mirror.Mirror, "sizes", lambda each, names: [9 for _ in names])


def nothing_said(patch: Patch) -> None:
    patch.setattr(engine.Report, "changed", property(lambda _report: False))


PLANTED = [
    as_theirs,
    never_invalid,
    first_twin_lost,
    no_boundary,
    no_backup,
    raw_names,
    half_letters,
    addresses_believed,
    any_language,
    answers_believed,
    nothing_said,
]
MOST = 1000
