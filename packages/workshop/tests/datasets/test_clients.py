from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from workshop.core import environment as surroundings
from workshop.core.environment import trusted_certificates
from workshop.datasets.clients import environment, run_client
from workshop.datasets.network import SilentError, StoppedError, UnavailableError


def client(tmp_path: Path, code: str, silence: float = 60, stop: threading.Event | None = None, **more):
    return run_client(
        [sys.executable, "-c", code],
        folder=tmp_path,
        environment=os.environ,
        silence=silence,
        stop=stop or threading.Event(),
        **more,
    )


def test_a_silent_client_is_killed(tmp_path: Path) -> None:
    code = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    with pytest.raises(SilentError, match="no answer"):
        client(tmp_path, code, silence=0.3)
    pid = (tmp_path / "pid").read_text() if (tmp_path / "pid").exists() else ""
    assert not pid or not Path(f"/proc/{pid}").exists()


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
    monkeypatch.setattr(surroundings, "SYSTEM_CERTIFICATES", (str(tmp_path / "none.pem"), str(store)))
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
