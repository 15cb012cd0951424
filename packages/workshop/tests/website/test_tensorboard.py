"""TensorBoard behind the check of the Host header, and behind the token for other accounts."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from free_ports import free_port
from waiting import end

pytest.importorskip("tensorboard")

from workshop.core.settings import Settings
from workshop.site.tensorboard import own_folder

from .serving import held_at

TOKEN = "the-token-of-this-workshop"
NOBODY = pwd.getpwnam("nobody").pw_uid
ANOTHER = """
import encodings.idna, http.client, json, os, sys
os.setuid(int(sys.argv[1]))
answers = []
for method, path, body in json.loads(sys.argv[3]):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]), timeout=120)
    connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answers.append((answer.status, answer.getheader("Location"), answer.read().decode("utf-8", "replace")))
print(json.dumps(answers))
"""
"""Asks as another account; its Python was started before it became that one, which may not start it."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a TensorBoard that listens on every address, as in the virtual machine."""
    number = free_port()
    logs = tmp_path_factory.mktemp("logs")
    (logs / "secret-run").mkdir()
    prefix = tmp_path_factory.mktemp("prefix")
    (prefix / "etc").mkdir()
    (prefix / "etc/token").write_text(f"{TOKEN}\n", encoding="ascii")
    (prefix / "etc/workshop.toml").write_text(f'prefix = "{prefix}"\n', encoding="utf-8")
    command = [sys.executable, "-m", "workshop.site.tensorboard", f"--logdir={logs}", f"--port={number}"]
    command += ["--host=0.0.0.0", "--load_fast=false", "--allow-host", "lab-07.example"]
    environment = os.environ | {
        "TMPDIR": str(shared(logs)),
        "WORKSHOP_CONFIG": str(prefix / "etc/workshop.toml"),
    }
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        try:
            _wait(number, process)
            yield number
        finally:
            end(process)


def shared(logs: Path) -> Path:
    """A temporary folder of all accounts, in which somebody has laid a link for TensorBoard to follow."""
    folder = logs.parent / "shared-tmp"
    (folder / "elsewhere").mkdir(parents=True)
    (folder / ".tensorboard-info").symlink_to(folder / "elsewhere")
    return folder


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    # On a machine where much else runs it has taken more than a minute.
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        assert process.poll() is None, "TensorBoard ended"
        with contextlib.suppress(OSError):
            if ask(port, "localhost") == 200:
                return
        time.sleep(0.1)
    raise AssertionError("TensorBoard did not answer within four minutes")


def ask(port: int, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", "/data/runs", headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8081", 200),
        ("127.0.0.1", 200),
        ("192.168.1.17:8081", 200),
        ("lab-07.example", 200),
        (socket.gethostname(), 200),
        ("evil.example", 403),
        ("localhost.evil.example:8081", 403),
        ("", 403),
    ],
)
def test_only_the_machines_own_names_are_answered(port: int, host: str, status: int) -> None:
    assert ask(port, host) == status


def ask_as_another(
    port: int, *requests: tuple[str, str, str], account: int = NOBODY
) -> list[tuple[int, str | None, str]]:
    """Return status, Location and body of each answer that another account of this machine is given."""
    words = [sys.executable, "-c", ANOTHER, str(account), str(port), json.dumps(requests)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [(status, where, body) for status, where, body in json.loads(done.stdout)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")
class TestAnotherAccount:
    """Whoever has a login on the same machine, and no token."""

    PATHS = ("/", "/data/runs", "/data/logdir", "/index.html", "/data/plugin/scalars/tags", "//data/runs")

    def test_it_is_asked_for_the_token(self, port: int) -> None:
        answers = ask_as_another(port, *(("GET", path, "") for path in self.PATHS))
        assert [status for status, _, _ in answers] == [401] * len(self.PATHS)
        assert all("password" in body and "logs" not in body for _, _, body in answers)

    def test_a_health_check_learns_that_it_runs_and_nothing_else(self, port: int) -> None:
        ((status, _, body),) = ask_as_another(port, ("GET", "/data/environment", ""))
        assert (status, json.loads(body)) == (200, {"data_location": ""})

    @pytest.mark.parametrize("given", ["", "password=", "password=wrong", "token=" + TOKEN, "password=%ff"])
    def test_another_word_opens_nothing(self, port: int, given: str) -> None:
        ((status, where, _),) = ask_as_another(port, ("POST", "/login", given))
        assert (status, where) == (401, None)

    def test_the_path_of_one_is_of_no_use_to_a_third(self, port: int) -> None:
        """It listened on the port while TensorBoard was stopped, and heard a page ask by its path."""
        ((_, where, _),) = ask_as_another(port, ("POST", "/login", f"password={TOKEN}"))
        paths = [("GET", f"{where}{path}", "") for path in ("", "data/runs", "data/environment")]
        answers = ask_as_another(port, *paths, account=NOBODY - 1)
        assert [status for status, _, _ in answers] == [401, 401, 401]

    def test_with_the_token_it_sees_what_the_owner_sees(self, port: int) -> None:
        ((status, where, _),) = ask_as_another(port, ("POST", "/login", f"password={TOKEN}"))
        assert status == 303 and where is not None and where.startswith("/") and where.endswith("/")
        page, runs, environment = ask_as_another(
            port, *(("GET", where + path, "") for path in ("", "data/runs", "data/environment"))
        )
        assert (page[0], runs[0]) == (200, 200) and "<tb-webapp" in page[2]
        assert json.loads(environment[2])["data_location"] != ""
        # The page asks by paths below its own.
        assert 'src="/' not in page[2] and 'href="/' not in page[2]


def test_nobody_else_gets_the_port_at_the_other_localhost(port: int) -> None:
    assert held_at(port)


def test_the_memory_killer_knows_it_by_its_name(port: int) -> None:
    names = [path.read_text().strip() for path in Path("/proc").glob("[0-9]*/comm") if _runs_on(path, port)]
    assert names == ["tensorboard"]


def _runs_on(comm: Path, port: int) -> bool:
    try:
        return f"--port={port}" in (comm.parent / "cmdline").read_text()
    except OSError:
        return False


def test_it_writes_nothing_where_other_accounts_can_lay_links(
    port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert ask(port, "localhost") == 200
    (folder,) = tmp_path_factory.getbasetemp().glob("shared-tmp/elsewhere")
    assert list(folder.iterdir()) == []


def test_its_temporary_folder_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings = Settings(prefix=tmp_path / "prefix")
    folder = own_folder(settings)
    assert folder == tmp_path / "prefix/run/tensorboard"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    other, another = own_folder(settings), own_folder(Settings())
    for each in (other, another):
        assert each.parent == tmp_path and not each.is_symlink()
        assert each.stat().st_mode & 0o777 == 0o700
