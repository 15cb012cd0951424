"""The settings of a machine: found, read and refused."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import jinja2
import pytest
import yaml

from workshop.core.errors import WorkshopError
from workshop.core.settings import CHECKOUT, Settings, find_checkout, load_settings, settings_file


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine that runs the tests."""
    monkeypatch.delenv("WORKSHOP_CONFIG", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "nowhere/venvs/x"))


def write(folder: Path, text: str) -> Path:
    path = folder / "workshop.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_machine_without_settings_has_defaults() -> None:
    assert settings_file() is None
    settings = load_settings()
    assert settings.prefix is None
    assert (settings.jupyter_port, settings.tensorboard_port, settings.web_port) == (8080, 8081, 8082)
    assert settings.bind_address == "127.0.0.1"


def test_the_environment_variable_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = write(tmp_path, "jupyter_port = 8888\n")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(path))
    assert load_settings().jupyter_port == 8888


def test_the_file_beside_the_running_environment_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    path = write(tmp_path / "etc", "web_port = 9000\n")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venvs/jupyter"))
    assert settings_file() == path
    assert load_settings().web_port == 9000


def test_paths_and_empty_values(tmp_path: Path) -> None:
    settings = load_settings(
        write(tmp_path, f'prefix = "{tmp_path}"\nstick = ""\ndata = ""\noffline = true\n')
    )
    assert settings.prefix == tmp_path
    assert settings.stick is None
    assert settings.data == Settings().data
    assert settings.offline is True


def test_folders_follow_the_users_own_base_directories(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Settings().data == tmp_path / "deep-learning-workshop"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jupyter_prot = 1\n", "jupyter_prot"),
        ('jupyter_port = "8080"\n', "jupyter_port must be int"),
        ("jupyter_port = true\n", "jupyter_port must be int"),
        ('offline = "no"\n', "offline must be bool"),
        ('prefix = "relative/folder"\n', "prefix must be an absolute path"),
        ("data = 7\n", "data must be an absolute path"),
        ("= broken", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WorkshopError) as caught:
        load_settings(write(tmp_path, text))
    assert said in str(caught.value)
    assert "workshop.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_named_file_that_is_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(WorkshopError, match="cannot read the settings"):
        load_settings()


def test_the_checkout_is_that_of_the_code_or_the_machines_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "workshop.toml").write_text(f"source = {str(tmp_path)!r}\n")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    (tmp_path / "only-here").touch()
    assert find_checkout("only-here") == tmp_path
    assert (find_checkout("site.yml") / "packages/workshop/src/workshop/core/settings.py").is_file()
    with pytest.raises(WorkshopError, match="no checkout with nowhere"):
        find_checkout("nowhere")


@pytest.mark.parametrize("held", ["", "a-day"])
def test_what_set_up_writes_are_the_settings(tmp_path: Path, held: str) -> None:
    """Of the role's own variables and template; an empty choice of the workshop stays unsaid."""
    role = CHECKOUT / "roles/python-venv"
    values = yaml.safe_load((role / "vars/main.yml").read_text(encoding="utf-8"))["__python_venv_settings"]
    assert set(values) == {field.name for field in dataclasses.fields(Settings)}
    environment = jinja2.Environment(trim_blocks=True)
    environment.filters["to_json"] = json.dumps
    template = environment.from_string((role / "templates/workshop.toml.j2").read_text(encoding="utf-8"))
    written = tmp_path / "workshop.toml"
    written.write_text(
        template.render(ansible_managed="managed", __python_venv_settings={"prefix": "/p", "plan": held})
    )
    assert load_settings(written) == Settings(prefix=Path("/p"), plan=held)
    assert ("plan = " in written.read_text()) is bool(held)
