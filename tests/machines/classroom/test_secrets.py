"""What is secret in a classroom, given by its organiser or made on the machine, is seen by nobody else."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from canaries import GENERATED, canary, found
from machines.classroom.house import PREFIX, Classroom
from machines.secrecy import leaks, watched
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

GIVEN = {
    "hub_service_acme_environment": f"{PREFIX}/hub/acme.env",
    "hub_service_authenticator_settings": f"{PREFIX}/hub/authenticator.json",
    "notebook_sync_variables": f"{PREFIX}/etc/pull-variables.json",
}
"""Which canaries the classroom has, and where they belong."""
HAS = {
    "hub/private/key",
    "hub/private/cli-token",
    "hub/private/proxy-token",
    "hub/state/cookie-secret",
}


def generated(room: Classroom) -> dict[str, str]:
    """Return what the machine made by itself: files, the codes of seats, tokens of servers."""
    made = [name for name in GENERATED if room.bed.exists(f"{PREFIX}/{name}")]
    assert set(made) >= HAS
    secrets = {name: room.bed.root(f"cat {PREFIX}/{name}").strip() for name in made}
    secrets |= {f"code of seat {seat}": code for seat, code in room.cards().items()}
    tokens = room.bed.root("grep -h TOKEN= /run/classroom/*.env").split()
    assert tokens
    secrets |= {
        f"environment {line.partition('=')[0]} {number}": line.partition("=")[2].strip('"')
        for number, line in enumerate(tokens)
    }
    return secrets


def test_secrets_are_in_their_files_alone(room: Classroom) -> None:
    room.browse("login", "1", room.cards()["1"])
    secrets = {name: canary(name) for name in GIVEN}
    for name, file in GIVEN.items():
        assert found(secrets, room.bed.root(f"cat {file}")) == [name]
    secrets |= generated(room)
    made = room.hub("speaker-code")
    secrets["code of the speaker"] = made["code"]
    address = urlsplit(made["address"])
    view = f"{address.scheme}://127.0.0.1:{address.port}/"
    with watched(room.name) as commands:
        coffee = json.dumps({"what": "say", "text": "Coffee"})
        assert room.browse("speaker", made["code"], "act", coffee, address=view)["status"] == 200
        room.browse("run", "1+1")
        room.bed.root("systemctl restart workshop-hub workshop-proxy")
        wait_until(lambda: room.browse("page", "/hub/login")["status"] == 200, 60, "the hub is back")
    # The browsers of these tests take their codes from the command line.
    commands = [line for line in commands if "browser.py" not in line]
    said = json.dumps([*room.commands, *commands])
    assert leaks(secrets, room.bed.root, output=room.first.text, commands=said) == {}
