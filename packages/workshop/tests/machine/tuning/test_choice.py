"""The chosen threads are kept, found again, distrusted elsewhere, and forgotten."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.machine.tuning import choice


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("WORKSHOP_CHOICES", raising=False)
    return Settings(prefix=tmp_path)


def test_what_is_written_is_read(settings: Settings, tmp_path: Path) -> None:
    chosen = choice.here(3)
    path = choice.write(settings, chosen)
    assert path == tmp_path / "choices/blas.toml"
    assert choice.read(settings) == chosen
    assert tomllib.loads(path.read_text())["threads"] == 3
    assert [each.name for each in path.parent.iterdir()] == ["blas.toml"]


def test_forgotten(settings: Settings) -> None:
    choice.write(settings, choice.here(2))
    assert choice.forget(settings) is True
    assert choice.read(settings) is None


def test_a_choice_fits_the_machine_it_was_made_on() -> None:
    chosen = choice.here(2)
    assert chosen.fits
    assert not dataclasses.replace(chosen, cores=chosen.cores + 1).fits
    assert not dataclasses.replace(chosen, processor="another").fits


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nonsense", "damaged"),
        ("threads = 2", "damaged"),
        ('threads = "2"\ncores = 2\nprocessor = ""\nmeasured = ""', "threads must be a number"),
        ('threads = 0\ncores = 2\nprocessor = ""\nmeasured = ""', "threads must be a number"),
        ('threads = 1\ncores = 2\nprocessor = ""\nmeasured = ""\nmore = 1', "damaged"),
    ],
)
def test_a_damaged_file_is_named(settings: Settings, text: str, complaint: str) -> None:
    choice.file(settings).parent.mkdir()
    choice.file(settings).write_text(text)
    with pytest.raises(WorkshopError, match=complaint) as error:
        choice.read(settings)
    assert "remove it" in str(error.value) and "\n" not in str(error.value)


def test_no_room_to_write(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "choices").write_text("a file where the folder should be")
    with pytest.raises(WorkshopError, match="run set-up again"):
        choice.write(settings, choice.here(1))


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert choice.file(Settings()) == tmp_path / "config/deep-learning-workshop/blas.toml"
    monkeypatch.setenv("WORKSHOP_CHOICES", str(tmp_path / "elsewhere"))
    assert choice.file(settings) == tmp_path / "elsewhere/blas.toml"
