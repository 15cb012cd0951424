import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workshop.lessons import network

# What a program finds out about the network; 192.0.2.1 belongs to nobody (RFC 5737).
PROBE = """
import json, os, socket
def number(do):
    try:
        do()
    except OSError as error:
        return [error.errno, str(error)]
def loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), 5).close()
def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"x", ("192.0.2.1", 9))
pair = socket.socketpair(); pair[0].send(b"x")
print(json.dumps({
    "loopback": number(loopback),
    "localhost": number(lambda: socket.getaddrinfo("localhost", 80)),
    "connect": number(lambda: socket.create_connection(("192.0.2.1", 80), 5)),
    "connect6": number(lambda: socket.create_connection(("2001:db8::1", 80), 5)),
    "datagram": number(datagram),
    "name": number(lambda: socket.getaddrinfo("example.org", 80)),
}))
"""


def told(command: list[str], **options: Any) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, **options)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def namespaces_work() -> bool:
    code = "from workshop.lessons import network; print(network.cut())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip() == network.NAMESPACE


def test_in_the_namespace_only_loopback_answers() -> None:
    if not namespaces_work():
        pytest.skip("this system allows no network namespace")
    code = f"from workshop.lessons import network\nnetwork.cut()\n{PROBE}"
    found = told([sys.executable, "-c", code])
    assert (found["loopback"], found["localhost"]) == (None, None)
    assert found["connect"][0] == found["datagram"][0] == errno.ENETUNREACH
    assert found["connect6"] and found["name"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_plain_user_gets_a_namespace_or_the_guard() -> None:
    code = (
        "import os\nfrom workshop.lessons import network\nos.setgid(65534); os.setuid(65534)\n"
        "how = network.cut()\nassert os.getuid() == 65534\nprint(how)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in (network.NAMESPACE, network.GUARD)


def test_the_guard_refuses_everything_but_loopback_and_says_so() -> None:
    found = told([sys.executable, "-c", PROBE], env=network.guarded(dict(os.environ)))
    assert (found["loopback"], found["localhost"]) == (None, None)
    for way in ("connect", "connect6", "datagram", "name"):
        number, line = found[way]
        assert number == errno.ENETUNREACH, way
        assert "lessons run with the network cut" in line and "\n" not in line


def test_the_guard_lets_the_environments_own_start_up_code_run(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.was_here = True\n")
    environment = network.guarded({**os.environ, "PYTHONPATH": str(tmp_path)})
    code = "import json; print(json.dumps({'here': was_here}))"
    assert told([sys.executable, "-c", code], env=environment) == {"here": True}


def test_without_namespaces_the_guard_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_flags: int) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(network, "_unshare", refuse)
    assert network.cut() == network.GUARD
    assert socket.if_nameindex(), "the test's own process must stay where it is"
