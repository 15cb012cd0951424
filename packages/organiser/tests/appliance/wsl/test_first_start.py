"""The first start under WSL makes the account as its files have it, and what is there already stays."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from free_ports import free_port
from waiting import patience

from organiser.appliance.wsl.write import view, write_wsl

from ..building import EPOCH, make_appliance_root


@pytest.fixture
def first_start() -> ModuleType:
    from organiser.appliance import wsl

    assert wsl.__file__
    path = Path(wsl.__file__).with_name("first-start")
    loader = SourceFileLoader("first_start", str(path))
    spec = importlib.util.spec_from_loader("first_start", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A root as WSL unpacks it."""
    write_wsl(make_appliance_root(tmp_path / "root"), tmp_path / "a.wsl", epoch=EPOCH)
    with tarfile.open(tmp_path / "a.wsl") as tar:
        members = [each for each in tar if not each.ischr() and not each.isblk()]
        tar.extractall(tmp_path / "installed", members, filter="fully_trusted")
    return tmp_path / "installed"


def test_the_account_is_made_with_the_numbers_that_its_files_have(
    installed: Path, first_start: ModuleType
) -> None:
    done: list[list[str]] = []

    def run(command: list[str], **_: Any) -> None:
        done.append(command)

    assert first_start.make_account(installed, run) == "workshop"
    group, user = done
    assert group == ["groupadd", "--gid", "1000", "workshop"]
    assert user[0] == "useradd"
    assert user[-1] == "workshop"
    assert user[1:3] == ["--uid", "1000"]
    assert user[-3:-1] == ["--groups", "sudo"]
    done.clear()
    with (installed / "etc/passwd").open("a") as file:
        file.write("workshop:x:1000:1000::/home/workshop:/bin/bash\n")
    first_start.make_account(installed, run)
    assert done == []


def with_version(installed: Path, first_start: ModuleType) -> None:
    """Let the settings say what those of a build do, with a host's ports, which do not count here."""
    settings = json.loads((installed / first_start.SETTINGS).read_text()) | {"version": "1.2.3"}
    (installed / first_start.SETTINGS).write_text(
        json.dumps(settings | {"web_port": 7002, "jupyter_port": 7000})
    )


def test_what_to_open_is_said(installed: Path, first_start: ModuleType) -> None:
    with_version(installed, first_start)
    (installed / "opt/workshop/etc/workshop.toml").write_text("jupyter_port = 9000\nweb_port = 9002\n")
    (installed / "opt/workshop/etc/token").write_text("abcd-efgh\n")
    said, port = first_start.announce(installed)
    assert port == 9002
    assert "http://localhost:9002/" in said
    assert "http://localhost:9000/lab" in said
    assert "abcd-efgh" not in said


def test_the_account_and_not_root_asks_for_the_link(
    installed: Path, first_start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "http://localhost:8080/login#ticket"
    tried: list[list[str]] = []

    def run(words: list[Any], **_: Any) -> subprocess.CompletedProcess[str]:
        tried.append([str(word) for word in words])
        return subprocess.CompletedProcess(words, len(tried) < 2, f"{link}\n" if len(tried) == 2 else "")

    monkeypatch.setattr(first_start.subprocess, "run", run)
    monkeypatch.setattr(first_start.time, "sleep", lambda _: None)
    assert link in first_start.way_in(installed)
    assert len(tried) == 2
    assert tried[0][:2] == ["runuser", "-u"]
    assert tried[0][-2:] == ["open", "--link"]
    monkeypatch.setattr(
        first_start.subprocess, "run", lambda words, **_: subprocess.CompletedProcess(words, 1, "")
    )
    assert "workshop open" in first_start.way_in(installed, seconds=-1)


def test_an_older_workshops_page_is_not_opened_for_the_new_one(
    installed: Path,
    first_start: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Distributions share their ports: the page would be the old one's."""
    ran: list[list[str]] = []
    active = 3

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        ran.append([str(word) for word in words])
        return subprocess.CompletedProcess(words, active if "is-active" in ran[-1] else 0)

    monkeypatch.setattr(first_start.subprocess, "run", run)
    monkeypatch.setattr(first_start, "make_account", lambda _: "workshop")
    monkeypatch.setattr(first_start, "show", lambda port: ran.append(["show", str(port)]))
    monkeypatch.setenv("WSL_DISTRO_NAME", "workshop-2")
    (installed / "opt/workshop/etc/token").write_text("abcd-efgh\n")
    with_version(installed, first_start)
    with socket.socket() as older:
        older.bind(("127.0.0.1", 0))
        older.listen()
        port = older.getsockname()[1]
        settings = f"bind_address = '127.0.0.1'\njupyter_port = {free_port()}\nweb_port = {port}\n"
        (installed / "opt/workshop/etc/workshop.toml").write_text(settings)
        first_start.main(installed)
        said = capsys.readouterr().out
        assert f"has the port {port}:" in said
        assert "wsl --terminate NAME" in said
        assert "wsl -d workshop-2 -u root /usr/lib/wsl/first-start" in said
        assert not [words for words in ran if "start" in words or "show" in words]
        # Ours has them itself.
        active = 0
        first_start.main(installed)
        assert ran[-2] == ["show", str(port)]
    active = 3
    first_start.main(installed)
    assert ran[-2] == ["show", str(port)]
    assert "Open this once" in capsys.readouterr().out


class Page(BaseHTTPRequestHandler):
    """A start page that first says that it is not ready."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200 if len(self.asked) > 2 else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_the_browser_is_opened_when_the_page_answers_and_not_before(
    first_start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by who refuses the connection nor by who is not ready."""
    Page.asked.clear()
    opened: list[tuple[int, int]] = []
    monkeypatch.setattr(first_start, "open_page", lambda port: opened.append((port, len(Page.asked))))
    port = free_port()

    def serve() -> None:
        time.sleep(0.5)
        with HTTPServer(("127.0.0.1", port), Page) as server:
            for _ in range(3):
                server.handle_request()

    serving = threading.Thread(target=serve)
    serving.start()
    first_start.show(port, patience(30))
    serving.join()
    assert opened == [(port, 3)]
    assert capsys.readouterr().out == ""


def test_a_root_is_seen_without_what_wsl_brings_or_makes(installed: Path, tmp_path: Path) -> None:
    there = {path.relative_to(installed).as_posix() for path in installed.rglob("*")}
    assert not any(path.startswith(("boot/", "usr/lib/modules/", "vmlinuz", "initrd")) for path in there)
    assert "etc/resolv.conf" not in there
    assert "workshop" not in (installed / "etc/passwd").read_text()
    assert (installed / "etc/group").read_text() == "root:x:0:\nsudo:x:27:\n"
    assert (installed / "home/workshop/notebooks/0-basics/lesson.ipynb").is_file()
    assert (installed / "usr/bin/hard").samefile(installed / "usr/bin/largest")
    assert (installed / "etc/systemd/system/systemd-resolved.service").readlink() == Path("/dev/null")
    wants = installed / "etc/systemd/system/multi-user.target.wants"
    assert sorted(path.name for path in wants.iterdir()) == [
        "workshop-jupyter.service",
        "workshop-web.service",
    ]
    assert "127.0.0.1" in (installed / "etc/systemd/system/workshop-web.service").read_text()
    # The root itself stays as it was: the other forms are made of it, too.
    assert "workshop" in (tmp_path / "root/etc/passwd").read_text()
    assert "0.0.0.0" in (tmp_path / "root/etc/systemd/system/workshop-web.service").read_text()
    assert view(tmp_path / "root").account["name"] == "workshop"
