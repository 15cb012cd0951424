from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import workshop.datasets
from datasets.conftest import dataset_of
from workshop.core.errors import WorkshopError
from workshop.datasets.store import Store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "workshop.toml").write_text(f'data = "{tmp_path}/data"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    return tmp_path / "data"


def test_a_lesson_gets_the_folder_or_a_file(data: Path) -> None:
    (data / "mnist").mkdir(parents=True)
    (data / "mnist" / "labels").write_text("")
    assert workshop.datasets.path("mnist") == data / "mnist"
    assert workshop.datasets.path("mnist", "labels") == data / "mnist" / "labels"


@pytest.mark.parametrize("file", [None, "labels"])
def test_a_lesson_is_told_what_to_do(data: Path, file: str | None) -> None:
    with pytest.raises(WorkshopError, match="run 'workshop data fetch mnist'"):
        workshop.datasets.path("mnist", file)


def test_half_a_data_set_is_not_there(data: Path) -> None:
    dataset = dataset_of(b"content")
    store = Store(data)
    with store.locked(lambda: None):
        store.add(dataset, dataset.files[0], [b"content"])
        store.write_stamp([dataset])
    assert workshop.datasets.path("thing") == data / "thing"
    (data / "thing" / "file.bin").unlink()
    with pytest.raises(WorkshopError, match="the data set 'thing' is not in"):
        workshop.datasets.path("thing")


def test_importing_needs_the_standard_library_only() -> None:
    """-I -S: no site-packages at all, as if nothing were installed."""
    root = Path(workshop.datasets.__file__).parents[2]
    code = f"import sys; sys.path.insert(0, {str(root)!r}); import workshop.datasets; workshop.datasets.path"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
