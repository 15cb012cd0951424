from __future__ import annotations

import resource
from pathlib import Path

import pytest

from organiser.hub import run
from organiser.hub.settings import HubSettings


def settings(prefix: Path, **rest: object) -> HubSettings:
    (prefix / "hub/private").mkdir(parents=True, exist_ok=True)
    (prefix / "hub/private/proxy-token").write_text("secret-token\n")
    return HubSettings(prefix, "workshop", "http://127.0.0.1:8000", proxy=prefix / "proxy", **rest)  # type: ignore[arg-type]


def test_the_proxys_token_is_in_its_environment_and_not_on_its_command_line(tmp_path: Path) -> None:
    hub = settings(tmp_path)
    command = run.proxy_command(hub, Path("/node"))
    assert command[:2] == ["/node", str(tmp_path / "proxy" / run.PROXY)]
    assert "secret-token" not in " ".join(command)
    environment = run.proxy_environment(hub, {"A": "b"})
    assert environment["CONFIGPROXY_AUTH_TOKEN"] == "secret-token"
    assert environment["A"] == "b"


def test_only_the_door_listens_where_people_come_and_tls_goes_with_a_certificate(tmp_path: Path) -> None:
    plain = run.proxy_command(settings(tmp_path), Path("/node"))
    assert "--ssl-cert" not in plain
    assert plain[plain.index("--ip") + 1] == "127.0.0.1"
    files = {"certificate": tmp_path / "c.pem", "certificate_key": tmp_path / "k.pem"}
    secure = run.proxy_command(settings(tmp_path, bind_address="0.0.0.0", **files), Path("/node"))
    assert secure[secure.index("--ip") + 1] == "0.0.0.0"
    assert secure[secure.index("--ssl-key") + 1] == str(tmp_path / "k.pem")
    assert secure[secure.index("--api-ip") + 1] == "127.0.0.1"


@pytest.mark.parametrize("unit", ["hub", "proxy"])
def test_hub_and_proxy_may_have_more_connections_than_one_seat_can_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str
) -> None:
    monkeypatch.setattr(run, "load_hub_settings", lambda: settings(tmp_path))
    monkeypatch.setattr(run, "node", lambda: Path("/node"))
    began: list[tuple[int, int]] = []
    monkeypatch.setattr(
        run.os, "execve", lambda *words: began.append(resource.getrlimit(resource.RLIMIT_NOFILE))
    )
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
    try:
        run.main([unit])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert began == [(before[1], before[1])]
