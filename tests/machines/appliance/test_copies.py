"""Two copies of one appliance share nothing that tells one from the other, or lets one into the other."""

from __future__ import annotations

import subprocess

import pytest
from copies import Copy

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("appliance")]


def host_keys(copy: Copy) -> set[str]:
    """Return the keys by which a copy's ssh is known."""
    port = str(copy.guest.port("ssh"))
    scanned = subprocess.run(
        ["ssh-keyscan", "-T", "120", "-p", port, "-t", "ed25519,ecdsa", "127.0.0.1"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.split()[2] for line in scanned.stdout.splitlines() if not line.startswith("#")}


def test_no_two_copies_have_a_secret_in_common(copy: Copy, twin: Copy) -> None:
    assert len(host_keys(copy)) == len(host_keys(twin)) == 2
    assert not host_keys(copy) & host_keys(twin)
    token = "cat /opt/workshop/etc/token"
    assert copy.as_root(token) != twin.as_root(token)
    assert copy.told["password"] != twin.told["password"]
    for file in ("/etc/machine-id", "/var/lib/systemd/random-seed"):
        assert copy.as_root(f"sha256sum {file}") != twin.as_root(f"sha256sum {file}"), file
    assert len(copy.as_root("cat /etc/machine-id")) == 32
