from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workshop.datasets.net import (
    Reach,
    StoppedError,
    UnavailableError,
    UnreachableError,
    environment,
    last_line,
    run_client,
)


def test_a_dead_host_costs_one_wait_for_all() -> None:
    reach, tries = Reach(), []

    def visit(_: int) -> str:
        try:
            with reach.gate("host"):
                tries.append(1)
                time.sleep(0.1)
                raise UnreachableError("it is silent")
        except UnreachableError as error:
            return str(error)

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(visit, range(10))) == {"it is silent"}
    assert len(tries) == 1
    assert not reach.alive("host")


def test_a_live_host_is_visited_by_all_at_once() -> None:
    reach, together = Reach(), threading.Barrier(5)

    def visit(number: int) -> None:
        with reach.gate("host") as answered:
            answered()
            together.wait(5)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(visit, range(5)))
    assert reach.alive("host")


@pytest.mark.parametrize("error", [UnavailableError("no such file"), KeyError("a fault of ours"), None])
def test_another_fault_does_not_make_a_host_dead(error: Exception | None) -> None:
    reach = Reach()
    for _ in range(2):
        try:
            with reach.gate("host"):
                if error:
                    raise error
        except (UnavailableError, KeyError) as raised:
            assert raised is error
    assert reach.alive("host")


def client(tmp_path: Path, code: str, silence: float = 10, stop: threading.Event | None = None, **more):
    return run_client(
        [sys.executable, "-c", code],
        folder=tmp_path,
        environment=os.environ,
        silence=silence,
        stop=stop or threading.Event(),
        **more,
    )


def test_a_client_is_run_where_told_and_its_words_come_back(tmp_path: Path) -> None:
    seen: list[str] = []
    code = "import os, sys; print(os.getcwd()); print('oh', file=sys.stderr); sys.exit(3)"
    status, printed = client(tmp_path, code, on_line=lambda line: seen.append(line))
    assert status == 3
    assert sorted(printed.split()) == sorted([str(tmp_path), "oh"])
    assert len(seen) == 2


def test_a_silent_client_is_killed(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="no answer"):
        client(tmp_path, "import time; time.sleep(30)", silence=0.3)
    assert time.monotonic() - started < 10


def test_a_client_that_talks_may_be_given_more_time(tmp_path: Path) -> None:
    code = "import time; print('here', flush=True); time.sleep(1); print('done')"
    status, printed = client(tmp_path, code, silence=8, on_line=lambda line: 8.0)
    assert (status, printed) == (0, "here\ndone\n")
    with pytest.raises(UnreachableError):
        client(tmp_path, code.replace("(1)", "(30)"), silence=8, on_line=lambda line: 0.2)


def test_a_client_ends_when_the_user_stops(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(StoppedError):
        client(tmp_path, "import time; time.sleep(30)", stop=stop)


def test_a_missing_client_is_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot run no-such-client: No such file"):
        run_client(["no-such-client"], folder=tmp_path, environment={}, silence=1, stop=threading.Event())


CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


def test_the_workshops_certificates_win_everywhere(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PIP_CERT", "/elsewhere.pem")
    values = environment(Path("/ca.pem"), tmp_path)
    assert [values[name] for name in CERTIFICATES] == ["/ca.pem"] * 4


def test_the_environments_certificates_reach_every_client(tmp_path: Path, monkeypatch) -> None:
    for name in CERTIFICATES:
        monkeypatch.delenv(name, raising=False)
    assert "PIP_CERT" not in environment(None, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", "/ca.pem")
    monkeypatch.setenv("PIP_CERT", "/pip.pem")
    values = environment(None, tmp_path)
    assert [values[name] for name in CERTIFICATES] == ["/ca.pem", "/pip.pem", "/ca.pem", "/ca.pem"]


def test_uvs_index_is_pips_too_unless_pip_has_its_own(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mirror.example.org/simple")
    assert environment(None, tmp_path)["PIP_INDEX_URL"] == "https://mirror.example.org/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://own.example.org/simple")
    assert environment(None, tmp_path)["PIP_INDEX_URL"] == "https://own.example.org/simple"


def test_temporary_files_stay_on_the_datas_disk(tmp_path: Path) -> None:
    assert environment(None, tmp_path)["TMPDIR"] == str(tmp_path)


def test_last_line() -> None:
    assert last_line("E: one\nE: two\nthree\n", "E:") == "E: two"
    assert last_line("", "E:") == ""
    assert len(last_line("x" * 1000)) == 200
