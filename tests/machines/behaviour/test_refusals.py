"""What strangers try, and what a machine must answer: no.

Each refusal comes with the same request made rightly, which must be answered, so that a server which
refuses everything does not pass.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from machine import HERE, Machine

CLIENT = (HERE / "requests_from_within.py").read_text(encoding="utf-8")
REFUSED = {401, 403, 404}
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
EVIL = "http://evil.example"


def statuses(machine: Machine, service: str, *requests: dict[str, Any]) -> list[int]:
    token = machine.token if service == "workshop-jupyter" else ""
    port = str(machine.port(service))
    return list(json.loads(machine.python(CLIENT, port, token, json.dumps(requests))))


def get(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "GET", "path": path, **more}


JUPYTER = {
    "no token": (get("/api/contents"), get("/api/contents", token=True)),
    "a wrong token": (
        get("/api/contents", headers={"Authorization": "token 0123456789abcdef"}),
        get("/api/contents", token=True),
    ),
    "a wrong token in the address": (get("/api/contents?token=wrong"), get("/api/contents", token=True)),
    "a foreign name that points to this machine": (
        get("/api/contents", token=True, headers={"Host": "evil.example"}),
        get("/api/contents", token=True),
    ),
    "a foreign page in a browser that is logged in": (
        get("/api/contents", cookie=True, headers={"Origin": EVIL, "Referer": f"{EVIL}/"}),
        get("/api/contents", cookie=True),
    ),
    "a form on a foreign page, which knows no XSRF token": (
        {
            "method": "POST",
            "path": "/api/terminals",
            "cookie": True,
            "body": "{}",
            "headers": {"Origin": EVIL},
        },
        get("/api/terminals", cookie=True),
    ),
    "a request without its XSRF token": (
        {"method": "POST", "path": "/api/terminals", "cookie": True, "body": "{}"},
        get("/api/terminals", cookie=True),
    ),
    "a websocket of a foreign page": (
        get("/api/events/subscribe", cookie=True, headers={**WEBSOCKET, "Origin": EVIL}),
        get("/api/events/subscribe", cookie=True, headers={**WEBSOCKET, "Origin": "http://localhost:{port}"}),
    ),
    "a cookie where a browser would send none": (
        get("/api/contents", cookie=True, outside=True),
        get("/api/contents", cookie=True),
    ),
    "a way out of the notebooks' folder": (
        get("/files/..%2f..%2f..%2fetc%2fpasswd", token=True),
        get("/api/contents", token=True),
    ),
    "a hidden way out of the notebooks' folder": (
        get("/api/contents/%2e%2e/%2e%2e/etc/passwd", token=True),
        get("/api/contents", token=True),
    ),
}


@pytest.mark.parametrize("attempt", JUPYTER)
def test_jupyter_refuses(machine: Machine, attempt: str) -> None:
    port = str(machine.port("workshop-jupyter"))
    requests = json.loads(json.dumps(JUPYTER[attempt]).replace("{port}", port))
    wrong, right = statuses(machine, "workshop-jupyter", *requests)
    assert wrong in REFUSED, f"answered with {wrong}"
    assert right in (101, 200), f"refuses also what is right, with {right}"


@pytest.mark.parametrize(
    ("service", "path"),
    [("workshop-tensorboard", "/data/runs"), ("workshop-web", "/"), ("workshop-web", "/api/status")],
)
def test_a_foreign_name_that_points_to_this_machine_is_refused(
    machine: Machine, service: str, path: str
) -> None:
    foreign, own = statuses(machine, service, get(path, headers={"Host": "evil.example"}), get(path))
    assert (foreign, own) == (403, 200)


@pytest.mark.parametrize(
    "path", ["/../etc/passwd", "/data/plugin/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"]
)
def test_tensorboard_serves_no_file_of_the_machine(machine: Machine, path: str) -> None:
    answer = machine.get("workshop-tensorboard", path)
    assert "root:" not in answer.body
    assert answer.status in (400, 403, 404)


def test_jupyters_path_is_told_to_nobody_who_is_not_logged_in(machine: Machine) -> None:
    """A browser sends Jupyter's cookies to every port, but only below that path."""
    described = f"cat {machine.prefix}/run/jupyter/jpserver-*.json"
    base = json.loads(machine.run(described))["base_url"].strip("/")
    assert len(base) >= 20
    paths = ["/", "/lab", "/login", "/tree", "/api", "/api/status", "/static/favicon.ico", "/nothing"]
    answers = machine.get_all("workshop-jupyter", paths)
    assert not [path for path, answer in zip(paths, answers, strict=True) if base in answer.body]
    assert answers[paths.index("/api")].json["version"]
    inside = machine.get("workshop-jupyter", f"/{base}/api/contents", token=machine.token)
    assert inside.status == 200


def test_the_start_page_starts_nothing_for_anybody(machine: Machine) -> None:
    post = {"method": "POST", "path": "/api/updates", "body": "update"}
    own = f"http://localhost:{machine.port('workshop-web')}"
    foreign, tokenless, state = statuses(
        machine,
        "workshop-web",
        {**post, "headers": {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}},
        {**post, "headers": {"Origin": own}},
        get("/api/updates"),
    )
    assert (foreign, tokenless, state) == (403, 403, 200)
    assert "token" not in machine.get("workshop-web", "/api/updates").json


# What images are often left with, and what people try first.
LOGINS = [(name, word) for name in ("workshop", "root") for word in ("workshop", "password", "vagrant", "")]
TRY = (
    "printf '#!/bin/sh\\necho {word}\\n' >/tmp/askpass && chmod 700 /tmp/askpass && "
    "SSH_ASKPASS=/tmp/askpass SSH_ASKPASS_REQUIRE=force ssh -o StrictHostKeyChecking=no "
    "-o UserKnownHostsFile=/dev/null -o NumberOfPasswordPrompts=1 -o ConnectTimeout=20 "
    "-o PreferredAuthentications=none,password,keyboard-interactive {name}@127.0.0.1 true </dev/null; "
    # Testinfra takes the status for that of its own ssh.
    "echo $?"
)


@pytest.mark.parametrize(("name", "word"), LOGINS)
def test_ssh_lets_nobody_in_with_a_password_that_is_known(machine: Machine, name: str, word: str) -> None:
    if not machine.host.exists("ssh") or not machine.run("ss --no-header -ltn 'sport = :22'").strip():
        pytest.skip("no ssh here")
    result = machine.host.run("sh -c " + shlex.quote(TRY.format(name=name, word=shlex.quote(word))))
    assert result.stdout.strip() == "255"
    # Whoever fails too often in a row is not heard at all any more (PerSourcePenalties of OpenSSH 9.8):
    # ssh is told so, or finds the connection closed, or reset where what it sent was never read.
    unheard = ("Connection closed by 127.0.0.1 port 22", "Connection reset by 127.0.0.1 port 22")
    refused = ("Permission denied", "Not allowed at this time", *unheard)
    assert any(words in result.stderr for words in refused), result.stderr


EXPOSURE = {
    "workshop-jupyter": 3.0,
    "workshop-tensorboard": 3.0,
    "workshop-web": 3.0,
    "update-workshop": 4.0,
    "first-boot-workshop": 4.0,
    "console-workshop": 4.0,
}


@pytest.mark.parametrize("unit", EXPOSURE)
def test_systemd_finds_the_service_well_kept(machine: Machine, unit: str) -> None:
    if machine.manager != "systemd":
        pytest.skip("a user's own services have nothing that root could take from them")
    if not machine.host.file(f"/etc/systemd/system/{unit}.service").exists:
        pytest.skip(f"{unit} is not set up here")
    document = json.loads(machine.run(f"systemd-analyze security {unit}.service --json=short --no-pager"))
    assert document, "systemd-analyze said nothing"
    text = machine.host.run(f"systemd-analyze security {unit}.service --no-pager").stdout
    exposure = float(text.rpartition("exposure level for")[2].split(":")[1].split()[0])
    print(f"exposure of {unit}: {exposure}")
    assert exposure <= EXPOSURE[unit]
