import json
import os
import socket
from pathlib import Path

import pytest

from workshop.core import programs
from workshop.core.servers import Server, jupyters
from workshop.sync.request import UNKNOWN, ask_jupyter, servers

from .server import jupyter, serve

OPEN = {"path": "sub/a.ipynb", "kernel": {"connections": 1}}


def test_while_jupyter_is_silent_every_notebook_that_it_can_reach_may_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "PATIENCE", (0.1, 0.2))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "none"))
    for name in ("a.ipynb", "sub/b.ipynb", "notes.txt"):
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).touch()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        described = {"pid": os.getpid(), "url": url, "token": "", "root_dir": str(tmp_path)}
        (tmp_path / "jpserver-7.json").write_text(json.dumps(described))
        assert ask_jupyter([tmp_path])(tmp_path / "mine") == {"a.ipynb": UNKNOWN, "sub/b.ipynb": UNKNOWN}
        # What lies where that Jupyter cannot reach is not open in it.
        described["root_dir"] = str(tmp_path / "elsewhere")
        (tmp_path / "jpserver-7.json").write_text(json.dumps(described))
        assert ask_jupyter([tmp_path])(tmp_path / "mine") == {}


def test_paths_are_those_below_the_participants_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "none"))
    old = {"notebook": {"path": "sub/b.ipynb"}, "kernel": {}}  # as old servers describe it
    elsewhere = {"path": "other/c.ipynb", "kernel": {"connections": 1}}
    with serve(jupyter([OPEN, old, elsewhere, {"path": None}], "secret")) as address:
        described = {"pid": os.getpid(), "url": address, "token": "secret", "root_dir": str(tmp_path)}
        (tmp_path / "jpserver-7.json").write_text(json.dumps(described))
        found = ask_jupyter([tmp_path])(tmp_path / "sub")
    assert set(found) == {"a.ipynb", "b.ipynb"}


@pytest.mark.parametrize("said", [b'[{"path": "\\ud800"}]', b'[{"path": "a\\u0000b"}]', b"[" * 50_000])
def test_whatever_a_server_answers_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "none"))
    with serve(lambda _request, _body: (200, {}, said)) as address:
        described = {"pid": os.getpid(), "url": address, "root_dir": str(tmp_path)}
        (tmp_path / "jpserver-7.json").write_text(json.dumps(described))
        assert ask_jupyter([tmp_path])(tmp_path) == {}


@pytest.mark.parametrize("text", ["[" * 50_000, "[]", '{"pid": 1e400}', '{"pid": ' + "9" * 30 + "}", "null"])
def test_whatever_lies_where_servers_describe_themselves_stops_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "jpserver-7.json").write_text(text)
    os.mkfifo(tmp_path / "jpserver-8.json")
    assert list(jupyters([tmp_path])) == []


def test_a_server_that_listens_everywhere_is_asked_by_loopback(tmp_path: Path) -> None:
    # As Jupyter describes itself in a VM; asked by that name it answers 403.
    described = {"pid": os.getpid(), "url": "http://the-vm:8080/", "root_dir": str(tmp_path), "port": 8080}
    described |= {"hostname": "0.0.0.0", "base_url": "/", "secure": False}
    (tmp_path / "jpserver-7.json").write_text(json.dumps(described))
    found = [server.url for server in servers([tmp_path]) if server.root == tmp_path]
    assert found == ["http://127.0.0.1:8080/"]


def test_the_server_that_a_terminal_belongs_to_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:1/")
    monkeypatch.setenv("JUPYTER_SERVER_ROOT", str(tmp_path))
    monkeypatch.setenv("JUPYTER_TOKEN", "t")
    assert list(servers([])) == [Server("http://localhost:1/", "t", tmp_path)]
