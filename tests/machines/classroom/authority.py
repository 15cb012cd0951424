"""A certificate authority on the classroom's own loopback: Pebble, Let's Encrypt's small server for tests."""

from __future__ import annotations

import json
from typing import Any

from machines.classroom.house import NAME, PREFIX, TOOLS, Classroom
from waiting import wait_until

FOLDER = f"{TOOLS}/authority"
DIRECTORY = "https://127.0.0.1:14000/dir"
VARIABLES: dict[str, Any] = {
    "hub_service_acme": True,
    "hub_service_acme_email": "organiser@example.org",
    "hub_service_acme_directory": DIRECTORY,
    "hub_service_acme_environment": {"LEGO_CA_CERTIFICATES": f"{FOLDER}/own.pem"},
}
# What lego calls to have an entry in the DNS made; here it is a server of the tests'.
DNS = """#!/bin/sh
set -eu
curl --silent --fail --data "{\\"host\\": \\"$2\\", \\"value\\": \\"$3\\"}" \\
  http://127.0.0.1:8055/$([ "$1" = present ] && echo set-txt || echo clear-txt)
"""
BY_DNS: dict[str, Any] = {
    **VARIABLES,
    "hub_service_acme_challenge": "exec",
    "hub_service_acme_resolvers": ["127.0.0.1:8053"],
    "hub_service_acme_environment": {
        **VARIABLES["hub_service_acme_environment"],
        "EXEC_PATH": f"{FOLDER}/dns",
    },
}


def start(room: Classroom) -> None:
    """Start it, with a DNS of its own that finds everything on this machine."""
    config = {
        "pebble": {
            "listenAddress": "127.0.0.1:14000",
            "managementListenAddress": "127.0.0.1:15000",
            "certificate": f"{FOLDER}/own.pem",
            "privateKey": f"{FOLDER}/own.key",
            "httpPort": 80,
            "tlsPort": 443,
            "certificateValidityPeriod": 90 * 86_400,
        }
    }
    room.bed.root("apt-get install --yes --quiet=2 --no-install-recommends pebble openssl curl")
    room.bed.root(
        f"mkdir -p {FOLDER} && cd {FOLDER} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
        "-nodes -days 30 -subj /CN=authority -addext subjectAltName=IP:127.0.0.1 "
        "-keyout own.key -out own.pem 2>&1"
    )
    room.write(f"{FOLDER}/config.json", json.dumps(config))
    room.write(f"{FOLDER}/dns", DNS)
    room.bed.root("systemctl stop test-dns test-authority 2>/dev/null; true")
    # It forgets everybody when it ends, as no real one does.
    room.bed.root(f"rm -rf {PREFIX}/hub/acme/accounts")
    names = (
        "pebble-challtestsrv -dns01 127.0.0.1:8053 -management 127.0.0.1:8055 -defaultIPv4 127.0.0.1 "
        "-defaultIPv6 '' -http01 '' -https01 '' -tlsalpn01 '' -doh ''"
    )
    room.bed.root(f"chmod 755 {FOLDER}/dns; systemd-run --unit=test-dns {names}")
    room.bed.root(
        "systemd-run --unit=test-authority --setenv=PEBBLE_VA_NOSLEEP=1 "
        f"pebble -config {FOLDER}/config.json -dnsserver 127.0.0.1:8053"
    )
    ask = f"curl --silent --fail --cacert {FOLDER}/own.pem {DIRECTORY}"
    wait_until(lambda: room.bed.run(ask, "root").status == 0, 30, "the authority answers")


def served(room: Classroom, host: str = NAME) -> dict[str, str]:
    """Return issuer, serial and names of the certificate that the door shows for a name."""
    shown = room.bed.root(
        f"openssl s_client -connect 127.0.0.1:8443 -servername {host} </dev/null 2>/dev/null "
        "| openssl x509 -noout -issuer -serial -ext subjectAltName"
    )
    lines = [line.strip() for line in shown.splitlines()]
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    return {**found, "names": lines[-1]}


def age(room: Classroom) -> None:
    """Put a certificate into the place of the one that was got, of whose ninety days three are left."""
    room.bed.root(
        f"cd {PREFIX}/hub/acme/certificates && begun=$(date -u -d '-87 days' +%Y%m%d%H%M%SZ) "
        "&& ends=$(date -u -d '+3 days' +%Y%m%d%H%M%SZ) && openssl req -x509 -newkey ec "
        f"-pkeyopt ec_paramgen_curve:P-256 -nodes -not_before $begun -not_after $ends -subj /CN=old "
        f"-addext subjectAltName=DNS:{NAME} -keyout {NAME}.key -out {NAME}.crt 2>&1"
    )
