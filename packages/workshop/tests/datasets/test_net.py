from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workshop.datasets import net
from workshop.datasets.net import (
    PATIENCE,
    STRANGERS_ATTEMPTS,
    Reach,
    SilentError,
    Started,
    StoppedError,
    UnavailableError,
    UnreachableError,
    Visit,
    environment,
    last_line,
    run_client,
    trusted_certificates,
)


def together(number: int, work: Callable[[int], str]) -> list[str]:
    """Do it so often at once; what was raised counts by its text."""

    def attempt(which: int) -> str:
        try:
            return work(which)
        except UnavailableError as error:
            return f"{type(error).__name__}: {error}"

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(attempt, range(number)))


def test_a_host_that_refuses_costs_one_attempt_for_all() -> None:
    reach, tries = Reach(), []

    def visit(visit: Visit) -> str:
        tries.append(visit.patience)
        raise UnreachableError("it refuses")

    assert set(together(10, lambda _: reach.ask("host", visit))) == {"UnreachableError: it refuses"}
    assert tries == [PATIENCE[0]]
    assert not reach.alive("host")


def test_a_host_that_is_silent_is_asked_with_growing_patience_and_given_up_on_for_all() -> None:
    reach, tries = Reach(), []

    def visit(visit: Visit) -> str:
        tries.append(visit.patience)
        raise SilentError("it is silent")

    assert set(together(10, lambda _: reach.ask("host", visit))) == {"UnreachableError: it is silent"}
    assert tries == list(PATIENCE[:STRANGERS_ATTEMPTS])
    assert sorted(PATIENCE) == list(PATIENCE)


def test_a_host_that_answers_at_the_second_attempt_serves_all() -> None:
    reach, silent = Reach(), iter([SilentError("it is slow")])

    def visit(visit: Visit) -> str:
        for error in silent:
            raise error
        visit.answered()
        return "served"

    assert together(10, lambda _: reach.ask("host", visit)) == ["served"] * 10


@pytest.mark.parametrize("error", [SilentError("slow"), UnreachableError("refused")])
def test_a_live_host_is_dead_for_nobody_by_one_fault(error: UnavailableError) -> None:
    """All are there at once; one meets with a fault, the others go on, and so do those who come later."""
    reach, barrier = Reach(), threading.Barrier(16)
    with reach.gate("host") as first:
        first.answered()

    def work(number: int) -> str:
        def visit(visit: Visit) -> str:
            if number == 3:
                raise error
            visit.answered()
            return "served"

        barrier.wait()
        return reach.ask("host", visit)

    got = together(16, work)
    assert got.pop(3) == f"{type(error).__name__}: {error}"
    assert got == ["served"] * 15
    assert reach.alive("host")
    assert reach.ask("host", lambda visit: "served") == "served"


def test_a_live_host_is_asked_as_often_as_there_is_patience() -> None:
    reach, tries = Reach(), []
    with reach.gate("host") as first:
        first.answered()

    def visit(visit: Visit) -> str:
        tries.append(visit.patience)
        raise SilentError("slow")

    with pytest.raises(SilentError):
        reach.ask("host", visit)
    assert tries == list(PATIENCE)


def test_whether_anybody_has_answered() -> None:
    reach = Reach()
    assert not reach.anybody()
    with pytest.raises(UnreachableError), reach.gate("dead"):
        raise UnreachableError
    assert not reach.anybody()
    with reach.gate("alive") as visit:
        visit.answered()
        assert reach.anybody()


def test_a_live_host_is_visited_by_all_at_once() -> None:
    reach, barrier = Reach(), threading.Barrier(5)

    def work(number: int) -> str:
        with reach.gate("host") as visit:
            visit.answered()
            barrier.wait()
        return "served"

    assert together(5, work) == ["served"] * 5


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


def client(tmp_path: Path, code: str, silence: float = 60, stop: threading.Event | None = None, **more):
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
    code = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    with pytest.raises(SilentError, match="no answer"):
        client(tmp_path, code, silence=0.3)
    pid = (tmp_path / "pid").read_text() if (tmp_path / "pid").exists() else ""
    assert not pid or not Path(f"/proc/{pid}").exists()


def test_a_client_that_talks_may_be_given_more_or_less_time(tmp_path: Path) -> None:
    code = "import time; print('here', flush=True); time.sleep(1); print('done')"
    status, printed = client(tmp_path, code, silence=60, on_line=lambda line: 60.0)
    assert (status, printed) == (0, "here\ndone\n")
    with pytest.raises(SilentError):
        client(tmp_path, code.replace("(1)", "(600)"), silence=60, on_line=lambda line: 0.2)


def test_patience_with_a_registry_grows_with_what_its_client_took_to_start(monkeypatch) -> None:
    now = 100.0
    monkeypatch.setattr(net.time, "monotonic", lambda: now)
    visit = Visit(5.0, lambda: None)
    quick, slow = Started(), Started()
    now = 100.5
    assert quick.patience(visit) < 10
    now = 130.0
    assert slow.patience(visit) > 5 + 30
    # What comes later is no part of the start.
    assert quick.patience(visit) < 10


def test_a_client_ends_when_the_user_stops(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(StoppedError):
        client(tmp_path, "import time; time.sleep(600)", silence=600, stop=stop)


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


def test_the_systems_certificates_count_where_none_are_named(tmp_path: Path, monkeypatch) -> None:
    """An organisation's own are among them, and neither requests nor Node.js looks there."""
    for name in (*CERTIFICATES, "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    store = tmp_path / "certificates.pem"
    monkeypatch.setattr(net, "SYSTEM_CERTIFICATES", (str(tmp_path / "none.pem"), str(store)))
    assert trusted_certificates(None) is None
    assert "NODE_EXTRA_CA_CERTS" not in environment(None, tmp_path)
    store.touch()
    assert trusted_certificates(None) == str(store)
    assert environment(None, tmp_path)["NODE_EXTRA_CA_CERTS"] == str(store)
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", "/own.pem")
    monkeypatch.setenv("SSL_CERT_FILE", "/ca.pem")
    assert trusted_certificates(None) == "/ca.pem"
    assert environment(None, tmp_path)["NODE_EXTRA_CA_CERTS"] == "/own.pem"
    assert trusted_certificates(Path("/named.pem")) == "/named.pem"


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


@pytest.mark.parametrize("given", ["https_proxy", "HTTPS_PROXY"])
def test_a_proxy_reaches_clients_that_read_the_other_spelling(
    tmp_path: Path, monkeypatch, given: str
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(given, "proxy.example:3128")
    values = environment(None, tmp_path)
    assert values["https_proxy"] == values["HTTPS_PROXY"] == "proxy.example:3128"
