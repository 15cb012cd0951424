"""When a certificate is asked for, and in which words; tests/machines/classroom gets one of an authority."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from organiser.hub import acme
from organiser.hub.certificates import Certificate, self_made
from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError


def settings(prefix: Path, **rest: object) -> HubSettings:
    given = {"acme": True, "certificate": prefix / "c.pem", **rest}
    return HubSettings(prefix, "w", "https://class.example.org:8443", **given)  # type: ignore[arg-type]


def keeps(hub: HubSettings, *names: str) -> None:
    file = acme.files(hub)[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(self_made(*names)[0])


def test_a_certificate_is_due_when_there_is_none_for_all_names(tmp_path: Path) -> None:
    hub = settings(tmp_path)
    assert acme.is_due(hub)
    keeps(hub, "other.example.org")
    assert acme.is_due(hub)
    keeps(hub, "class.example.org")
    assert not acme.is_due(hub)
    wild = settings(tmp_path, subdomains=True)
    assert acme.is_due(wild)
    keeps(wild, "class.example.org", "*.class.example.org")
    assert not acme.is_due(wild)
    acme.files(hub)[0].write_text("broken")
    assert acme.is_due(hub)


@pytest.mark.parametrize(
    ("days", "lifetime", "due"), [(31, 90, False), (29, 90, True), (3, 6, False), (1, 6, True)]
)
def test_a_third_of_its_life_before_the_end_it_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float, lifetime: float, due: bool
) -> None:
    has = Certificate(("class.example.org",), "x", False, days, lifetime)
    monkeypatch.setattr(acme.Certificate, "read", lambda file: has)
    assert acme.is_due(settings(tmp_path)) is due


def test_names_are_proven_as_the_organiser_says(tmp_path: Path) -> None:
    words = acme.command(settings(tmp_path, acme_email="me@example.org"), "lego")
    assert words[-1] == "run"
    assert "--http" in words
    assert words[words.index("--email") + 1] == "me@example.org"
    assert "--tls" in acme.command(settings(tmp_path, acme_challenge="tls"), "lego")
    words = acme.command(settings(tmp_path, acme_challenge="desec", subdomains=True), "lego")
    assert words[words.index("--dns") + 1] == "desec"
    named = [words[place + 1] for place, word in enumerate(words) if word == "--domains"]
    assert named == ["class.example.org", "*.class.example.org"]
    assert "--http" not in words


def test_who_refused_is_quoted(tmp_path: Path) -> None:
    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        said = "Could not obtain:\n\terror: one had a problem\n[a] acme: error: 403 :: wrong answer\nended"
        return subprocess.CompletedProcess(words, int(words[0] == "systemctl"), said, "")

    with pytest.raises(WorkshopError, match="403 :: wrong answer"):
        acme.obtain(settings(tmp_path), run)
