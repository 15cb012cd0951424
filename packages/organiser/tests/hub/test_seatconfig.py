"""The settings of a seat's server, as set-up writes them: no state of the seat's home does without them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
from jupyter_core.paths import jupyter_data_dir
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

TEMPLATES = Path(__file__).parents[4] / "roles/hub-service/templates"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home/.local/share/jupyter"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(folder))
    monkeypatch.setenv("IPYTHONDIR", "")
    return folder


def load(folder: Path) -> Config:
    template = (TEMPLATES / "jupyter_server_config.py.j2").read_text(encoding="utf-8")
    text = jinja2.Template(template).render(hub_service_max_kernels=3, hub_service_cull_idle_minutes=120)
    (folder / "config.py").write_text(text, encoding="utf-8")
    return PyFileConfigLoader("config.py", path=str(folder)).load_config()


def test_a_page_stays_logged_in_by_a_secret_in_the_home(tmp_path: Path, data: Path) -> None:
    assert load(tmp_path).ServerApp.cookie_secret_file == str(data / "cookie-secret")
    (data / "cookie-secret").write_bytes(b"x" * 44)
    load(tmp_path)
    assert (data / "cookie-secret").read_bytes() == b"x" * 44


def test_what_a_full_disk_left_of_the_secret_is_none(tmp_path: Path, data: Path) -> None:
    data.mkdir(parents=True)
    (data / "cookie-secret").touch()
    load(tmp_path)
    assert not (data / "cookie-secret").exists()


def test_a_home_that_takes_no_folder_leaves_all_other_settings(tmp_path: Path, data: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    found = load(tmp_path)
    # Without these servers have no pages, and start no kernel.
    for folder in (jupyter_data_dir(), os.environ["IPYTHONDIR"]):
        assert Path(folder).is_dir()
        assert not Path(folder).is_relative_to(tmp_path / "home")
    assert found.MultiKernelManager.kernel_manager_class == "workshop.jupyter.serverkernel.OwnServerKernel"
    assert found.FileContentsManager.delete_to_trash is False


def test_a_server_whose_settings_cannot_be_read_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "jupyter_server_config.py").write_text("raise OSError('the disk is full')")
    unit = (TEMPLATES / "classroom-seat@.service.j2").read_text(encoding="utf-8")
    said = dict(re.findall(r"^Environment=(TRAITLETS\w+)=(\S+)$", unit, re.M))
    own = {"JUPYTER_CONFIG_PATH": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "own")}
    command = [sys.executable, "-m", "jupyter_server", "--show-config"]
    for given, good in (({}, True), (said, False)):
        done = subprocess.run(command, env={**os.environ, **own, **given}, capture_output=True, check=False)
        assert (done.returncode == 0) is good, done.stderr.decode()
