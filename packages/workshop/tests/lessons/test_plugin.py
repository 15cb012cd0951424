"""What the workshop adds to the kit of lessons."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from kit import building
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


def test_a_lesson_is_measured_by_the_yardstick(tmp_path: Path) -> None:
    content = building.notebook(building.code("sum(range(10**6))", name="count"))
    result = building.run(tmp_path, content, plugin=WORKSHOP)
    assert result.passed and result.slowness > 0 and result.noise > 0
    # All three are rounded to hundredths, the slowness, too, by which the other two differ.
    assert result.work == pytest.approx(result.cpu_seconds / result.slowness, rel=0.02, abs=0.05)


def test_a_kernel_that_is_not_there_is_one_line_about_the_set_up(tmp_path: Path) -> None:
    content = building.notebook(building.code("1", name="one"), kernel="nowhere")
    result = building.run(tmp_path, content, plugin=WORKSHOP)
    assert "this environment has no kernel 'nowhere' (it has: " in result.why
    assert "./local/setup.bash" in result.why and "\n" not in result.why


def test_the_entry_point_names_what_is_there() -> None:
    """The checks of the kit call it, in whatever kernel."""
    packages = Path(__file__).parents[3]
    project = tomllib.loads((packages / "workshop/pyproject.toml").read_text(encoding="utf-8"))
    (named,) = project["project"]["entry-points"]["lessonkit.notebooks"].values()
    assert named == f"{learners_folders.__module__}:{learners_folders.__name__}"
