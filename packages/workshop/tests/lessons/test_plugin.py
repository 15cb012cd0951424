"""What the workshop adds to the kit of lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lesson_cells import NOTEBOOKS

from lessonkit.catalogue import about, find_lessons
from lessonkit.plugin import plugin_named
from lessonkit.shortpath import SHORT_PATH, faults_of_path, is_on_path
from workshop.lessons.plugin import WORKSHOP, learners_folders, notebooks_folder


def test_the_folder_is_the_named_one_or_the_machines_or_the_checkouts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notebooks_folder(tmp_path) == tmp_path
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("packages/workshop", "notebooks", "docs"):
        (checkout / name).mkdir(parents=True)
    (checkout / "site.yml").touch()
    monkeypatch.chdir(checkout / "docs")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(checkout / "workshop.toml"))
    (checkout / "workshop.toml").write_text("")
    assert notebooks_folder() == checkout / "notebooks"
    source = tmp_path_factory.mktemp("source")
    (source / "notebooks").mkdir()
    (checkout / "workshop.toml").write_text(f'source = "{source}"\n')
    assert notebooks_folder() == source / "notebooks"


def test_the_worker_finds_the_plugin_by_its_name() -> None:
    assert type(plugin_named(WORKSHOP.name())) is type(WORKSHOP)


def test_solutions_are_also_looked_for_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "workshop.toml"
    settings.write_text(f'notebooks = "{tmp_path / "mine"}"\nsource = "{tmp_path / "checkout"}"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    assert list(learners_folders()) == [tmp_path / "mine", tmp_path / "checkout/notebooks"]


@pytest.mark.parametrize("lesson", find_lessons(NOTEBOOKS), ids=lambda lesson: lesson.name)
def test_every_lesson_has_a_path_of_ten_minutes(lesson: Any) -> None:
    notebook = lesson.read()
    told = about(lesson.name, notebook)
    assert list(faults_of_path(notebook, told, WORKSHOP)) == []
    # The walk over names is no formality: without its imports each path falls apart.
    if told.short_work is not None:
        without = next(cell for cell in notebook["cells"] if is_on_path(cell) and "import " in str(cell))
        without["metadata"]["tags"].remove(SHORT_PATH)
        assert any("bound by no cell" in fault for fault in faults_of_path(notebook, told, WORKSHOP))
