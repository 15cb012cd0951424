from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("cryptography")

from organiser.hub.certificates import Certificate, fingerprint, is_for, self_made


@pytest.mark.parametrize("host", ["class.example.org", "192.0.2.1", "2001:db8::1"])
def test_a_self_made_certificate_is_for_its_host_and_python_takes_it(tmp_path: Path, host: str) -> None:
    files = tmp_path / "c.pem", tmp_path / "k.pem"
    for file, content in zip(files, self_made(host), strict=True):
        file.write_bytes(content)
    read = Certificate.read(files[0])
    assert read.names == (host,)
    assert (read.issuer, read.is_self_made) == (host, True)
    assert 300 < read.days <= read.lifetime <= 398
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


def test_a_certificate_of_subdomains_needs_both_names(tmp_path: Path) -> None:
    wanted = ["a.example.org", "*.a.example.org"]
    for names, lacking in ((wanted, []), (wanted[:1], wanted[1:]), (wanted[1:], wanted[:1])):
        (tmp_path / "c.pem").write_bytes(self_made(*names)[0])
        assert Certificate.read(tmp_path / "c.pem").lacks(wanted) == lacking
