"""``workshop docs`` names the manual where this machine has it: at its server, as a file, behind a seat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from free_ports import free_port

from workshop.core import ports
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.machine.manual import address_of, find_page
from workshop.machine.where import Kind, Place


def run(config: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-m", "workshop", "docs", *words],
        env=environment | {"WORKSHOP_CONFIG": str(config)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The settings of a machine whose start page's server does not run."""
    page = tmp_path / "web/docs/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<html>manual</html>")
    file = tmp_path / "etc/workshop.toml"
    file.parent.mkdir()
    file.write_text(f'prefix = "{tmp_path}"\nweb_port = {free_port()}\n')
    return file


def test_where_no_server_runs_it_is_a_file(config: Path, tmp_path: Path) -> None:
    page = tmp_path / "web/docs/index.html"
    done = run(config, "--json")
    assert json.loads(done.stdout) == {"address": page.as_uri(), "file": str(page)}, done.stderr
    assert run(config).stdout == f"{page.as_uri()}\n"


def test_on_a_desktop_a_browser_opens_it(config: Path, tmp_path: Path) -> None:
    called, browser = tmp_path / "called", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >"{called}"\n')
    browser.chmod(0o755)
    done = run(config, DISPLAY=":7", BROWSER=f"{browser} %s")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert called.read_text().strip() == (tmp_path / "web/docs/index.html").as_uri()


def test_where_the_server_runs_it_is_below_its_address(tmp_path: Path) -> None:
    (listening,) = ports.bind("127.0.0.1", 0)
    with listening:
        number = listening.getsockname()[1]
        settings = Settings(web_port=number)
        for kind, host in ((Kind.COMPUTER, "127.0.0.1"), (Kind.WSL, "localhost")):
            found = address_of(settings, tmp_path / "index.html", Place(kind))
            assert found == f"http://{host}:{number}/docs/index.html"


def test_a_seats_is_behind_the_classrooms_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/07/")
    place = Place(Kind.COMPUTER, seat=True)
    assert address_of(Settings(), tmp_path, place) == "/user/07/workshop/docs/index.html"


def test_a_machine_without_it_says_how_to_get_it(tmp_path: Path) -> None:
    for settings in (Settings(), Settings(prefix=tmp_path)):
        with pytest.raises(WorkshopError, match=r"tools/docs\.bash"):
            find_page(settings)
