"""Which networks are here is found without opening one; a missing one is said and another stands in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lesson_cells import cells_of

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.datasets.catalogue import load_catalogue
from workshop.teach.imagenet import NAMES, collection, open_first, open_network
from workshop.teach.imagenet.collection import ENTRIES


def place(data: Path, name: str) -> None:
    (data / name).mkdir(parents=True)
    (data / name / ENTRIES[name].file).touch()


def test_each_networks_file_is_one_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    for name, entry in ENTRIES.items():
        assert entry.file in {file.name for file in catalogue[name].files}


def test_a_missing_or_unknown_network_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="not on this machine; run 'workshop data fetch googlenet'"):
        open_network("googlenet", tmp_path)
    with pytest.raises(WorkshopError, match="there is no network 'vgg'; there are: googlenet, "):
        open_network("vgg", tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def note(name: str, data: Any) -> Any:
        names.append(name)

    monkeypatch.setattr(collection, "open_network", note)
    return names


def test_the_first_that_is_here_is_opened_without_a_word(
    tmp_path: Path, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMES:
        place(tmp_path, name)
    open_first("googlenet", "efficientnet-lite0", data=tmp_path)
    assert opened == ["googlenet"]
    assert capsys.readouterr().out == ""


def test_a_stand_in_is_announced_with_what_to_do(
    tmp_path: Path, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    place(tmp_path, "efficientnet-lite0")
    open_first("inception-v3", "efficientnet-lite0", data=tmp_path)
    said = capsys.readouterr().out
    assert opened == ["efficientnet-lite0"]
    for words in ("Inception v3", "goes on with EfficientNet-Lite0", "workshop data fetch inception-v3"):
        assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("here", [["googlenet", "efficientnet-lite0"], ["efficientnet-lite0"]])
def test_the_lesson_about_googlenet_opens_its_own_weights_where_they_are(
    here: list[str], tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in here:
        place(tmp_path, name)
    monkeypatch.setattr(collection, "load_settings", lambda: Settings(data=tmp_path))
    cells = {name: cell["source"] for name, cell in cells_of("2-imagenet/10-googlenet.ipynb").items()}
    exec(next(line for line in cells["trained"] if "open" in line), {"imagenet": collection})
    assert opened == [here[0]]
    assert "**EfficientNet-Lite**" in "".join(cells["first-text"])


def test_a_mistyped_name_is_said_although_another_network_is_here(tmp_path: Path, opened: list[str]) -> None:
    place(tmp_path, "efficientnet-lite0")
    with pytest.raises(WorkshopError, match="there is no network 'googelnet'; there are: googlenet, "):
        open_first("googelnet", "efficientnet-lite0", data=tmp_path)
    assert opened == []


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "{'theano', 'lasagne', 'onnx', 'h5py', 'matplotlib', 'numpy'}"
    code = f"import sys, workshop.teach.imagenet; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
