from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from organiser.hub import acme
from organiser.hub import prepare as preparing
from organiser.hub.certificates import Certificate, self_made
from organiser.hub.prepare import prepare
from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError

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
    assert Certificate.read(hub.certificate or Path()).names == ("192.0.2.1",)
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


@needs_root
def test_a_certificate_by_acme_is_taken_once_it_is_there(tmp_path: Path) -> None:
    hub = settings(tmp_path, acme=True)
    assert "acme" in prepare(hub)
    assert mode(hub.acme_folder) == 0o700
    assert not hub.certificate or not hub.certificate.exists(), "none is made in its place"
    files = acme.files(hub)
    files[0].parent.mkdir()
    for file, content in zip(files, self_made("class.example.org"), strict=True):
        file.write_bytes(content)
    assert prepare(hub) == ["certificate"]
    assert prepare(hub) == []
