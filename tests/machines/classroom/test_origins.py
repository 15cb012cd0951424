"""A certificate of an authority, its renewal, and seats that are origins of their own.

What a page of one origin can do at another one is tried in tests/browser/test_classroom_origins.py.
"""

from __future__ import annotations

import json

import pytest
from machines.classroom import authority
from machines.classroom.house import LAB, NAME, OPEN, PREFIX, TOOLS, Classroom
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]


def test_a_certificate_comes_from_an_authority_and_is_renewed(room: Classroom) -> None:
    authority.start(room)
    done = room.set_up(**OPEN, **LAB, **authority.VARIABLES)
    assert done.status == 0, done.text
    first = authority.served(room)
    assert "Pebble" in first["issuer"], first
    assert first["names"] == f"DNS:{NAME}"
    checks = {each["name"]: each for each in room.hub("doctor")["checks"]}
    assert checks["certificate"]["good"], checks["certificate"]
    assert "Pebble" in checks["certificate"]["says"]
    assert "89 days left" in checks["certificate"]["says"] or "90 days left" in checks["certificate"]["says"]
    assert room.bed.root(f"stat -c '%U %a' {PREFIX}/hub/acme").split() == ["root", "700"]
    # Nothing is asked for while it is good.
    assert room.hub("certificate") == {"changed": False}
    assert authority.served(room)["serial"] == first["serial"]
    # The night comes in which three of its ninety days are left.
    assert room.bed.root("systemctl is-enabled workshop-certificate.timer").strip() == "enabled"
    authority.age(room)
    room.bed.root("systemctl start workshop-certificate.service")
    wait_until(
        lambda: room.browse("page", "/hub/login", jar="door")["status"] == 200, 60, "the proxy is back"
    )
    second = authority.served(room)
    assert "Pebble" in second["issuer"], second
    assert second["serial"] != first["serial"]
    # An authority that does not answer leaves the door as it is, and is named.
    room.bed.root("systemctl stop test-authority")
    authority.age(room)
    assert "no certificate for" in room.hub("certificate")["error"]
    assert authority.served(room)["serial"] == second["serial"]
    room.bed.root(f"rm {PREFIX}/hub/acme/certificates/{NAME}.crt")


def test_seats_have_names_of_their_own_and_cookies_stay_below_them(room: Classroom) -> None:
    authority.start(room)
    room.bed.root(f"printf '127.0.0.1 %s\\n' {NAME} seat-001.{NAME} seat-002.{NAME} >> /etc/hosts")
    done = room.set_up(**OPEN, **authority.BY_DNS, hub_service_subdomains=True)
    assert done.status == 0, done.text
    assert f"DNS:*.{NAME}" in authority.served(room, f"seat-001.{NAME}")["names"]
    checks = {each["name"]: each for each in room.hub("doctor")["checks"]}
    for name in ("door", "certificate", "names"):
        assert checks[name]["good"], checks[name]
    # Seats that run know of their new names after a start.
    room.bed.root("systemctl stop 'classroom-seat@*'")
    door, mine, other = (f"https://{each}:8443" for each in (NAME, f"seat-001.{NAME}", f"seat-002.{NAME}"))
    cards = room.cards()
    for seat, jar in (("1", "origin"), ("2", "stranger")):
        room.hub("release", seat)
        came = room.browse("login", seat, cards[seat], address=door, jar=jar)
        assert came["host"] == f"seat-00{seat}.{NAME}", came
        assert came["path"] == f"/user/seat-00{seat}/workshop/", came
    assert room.browse("run", "1+1", address=mine, jar="origin")["result"] == "2"

    # What opens a seat goes to no other name; the number of a session, which opens nothing, goes to all.
    shared = [
        line for line in room.bed.root(f"cat {TOOLS}/origin.jar").splitlines() if f'domain=".{NAME}"' in line
    ]
    assert all("jupyterhub-session-id" in line for line in shared), shared
    # Below the hub's own name, and another seat's, there is no server of a seat.
    for address in (door, other):
        ask = f"curl --silent --insecure --write-out '%{{redirect_url}}' {address}/user/seat-001/api/contents"
        assert "/hub/user/seat-001/" in room.bed.root(ask), "the hub answers, which leads on"
    assert json.loads(room.bed.root(f"curl --silent --insecure {door}/hub/api/"))["version"]
