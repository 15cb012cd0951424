from __future__ import annotations

import os
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from organiser.hub import prepare as preparing
from organiser.hub.prepare import fingerprint, is_for, names_and_days, prepare, self_made
from organiser.hub.settings import HubSettings
from workshop.errors import WorkshopError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="what root makes, only root can make")


def settings(prefix: Path, host: str = "class.example.org", **rest: object) -> HubSettings:
    private = prefix / "hub/private"
    files = {"certificate": private / "certificate.pem", "certificate_key": private / "certificate-key.pem"}
    return HubSettings(prefix, "nobody", f"https://{host}:8443", **{**files, **rest})  # type: ignore[arg-type]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@needs_root
def test_what_is_missing_is_made_once_and_secrets_are_no_one_elses(tmp_path: Path) -> None:
    hub = settings(tmp_path, self_made=True)
    made = prepare(hub)
    assert {"key", "cli-token", "proxy-token", "certificate"} <= set(made)
    kept = {name: hub.secret(name) for name in preparing.SECRETS}
    assert len(set(kept.values())) == 3
    assert all(len(value) == 64 for value in kept.values())
    assert prepare(hub) == []
    assert {name: hub.secret(name) for name in preparing.SECRETS} == kept
    assert mode(hub.private) == 0o750
    assert mode(hub.state) == mode(hub.folder / "cards") == 0o700
    for file in hub.private.iterdir():
        assert mode(file) == 0o640
        assert file.stat().st_uid == 0
    hub.private.chmod(0o755)
    assert prepare(hub) == ["private"]


@needs_root
def test_a_certificate_for_another_name_or_that_ends_soon_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(settings(tmp_path, self_made=True))
    hub = settings(tmp_path, "192.0.2.1", self_made=True)
    assert prepare(hub) == ["certificate"]
    assert names_and_days(hub.certificate or Path())[0] == ["192.0.2.1"]
    monkeypatch.setattr(preparing, "RENEW_DAYS", 500)
    assert prepare(hub) == ["certificate"]


@needs_root
def test_the_organisers_certificate_is_taken_and_its_renewal_too(tmp_path: Path) -> None:
    hub = settings(tmp_path / "p")
    (tmp_path / "p").mkdir()
    given = tmp_path / "full.pem", tmp_path / "key.pem"

    def give() -> None:
        for file, content in zip(given, self_made("class.example.org"), strict=True):
            file.write_bytes(content)

    give()
    assert "certificate" in prepare(hub, given)
    assert prepare(hub, given) == []
    give()
    assert prepare(hub, given) == ["certificate"]
    given[1].write_bytes(self_made("class.example.org")[1])
    with pytest.raises(WorkshopError, match="is not the key"):
        prepare(hub, given)
    given[0].write_text("no certificate")
    with pytest.raises(WorkshopError, match="in PEM"):
        prepare(hub, given)


def test_who_is_not_root_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(WorkshopError, match="sudo"):
        prepare(settings(tmp_path))


@pytest.mark.parametrize("host", ["class.example.org", "192.0.2.1", "2001:db8::1"])
def test_a_self_made_certificate_is_for_its_host_and_python_takes_it(tmp_path: Path, host: str) -> None:
    files = tmp_path / "c.pem", tmp_path / "k.pem"
    for file, content in zip(files, self_made(host), strict=True):
        file.write_bytes(content)
    names, days = names_and_days(files[0])
    assert names == [host]
    assert 300 < days <= 398
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*files)
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", files[0]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip().partition("=")[2].replace(":", "").lower() == fingerprint(files[0])


def test_names_of_certificates() -> None:
    assert is_for("a.example.org", ["a.example.org"])
    assert is_for("a.example.org", ["*.example.org"])
    assert not is_for("a.b.example.org", ["*.example.org"])
    assert not is_for("example.org", ["*.example.org", "a.example.org"])


def test_what_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("x")
    with pytest.raises(WorkshopError, match="no certificate"):
        names_and_days(tmp_path / "c.pem")
